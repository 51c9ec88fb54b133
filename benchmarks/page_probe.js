/* In the page that benchmarks/browser.py measures: when words come, when they are seen. */
(() => {
  const probe = (window.llmchatProbe = { chunks: [], shown: [], frames: [] });

  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => {
        if (typeof data === 'string' && data.includes('"type":"chunk"')) {
          const { turn_id, stage, text, timestamp } = JSON.parse(data);
          probe.chunks.push({ turn: turn_id, stage, text, emitted: timestamp * 1000 });
        }
      });
    }
  };

  const bare = text => text.replace(/[^A-Za-z0-9]/g, '');

  /** What the parts of the last answer say now; called just before a frame is painted. */
  const look = () => {
    const at = Date.now();
    for (const message of document.querySelectorAll('.jp-mod-stage[data-message]')) {
      const text = [...message.querySelectorAll(':scope > .jp-llmchat-text')];
      if (text.length > 0) {
        const id = message.dataset.message;
        probe.shown.push({ at, id, text: bare(text.map(each => each.textContent).join('')) });
      }
    }
  };

  let isAsked = false;
  const changed = () => {
    if (!isAsked) {
      isAsked = true;
      requestAnimationFrame(() => {
        isAsked = false;
        look();
      });
    }
  };

  probe.watch = () => {
    probe.observer = new MutationObserver(changed);
    const place = document.querySelector('.jp-llmchat-conversation');
    probe.observer.observe(place, { childList: true, subtree: true, characterData: true });
  };
  probe.told = () => {
    probe.observer.disconnect();
    look();
    const { chunks, shown } = probe;
    probe.chunks = [];
    probe.shown = [];
    return { chunks: chunks.map(each => ({ ...each, text: bare(each.text) })), shown };
  };

  /** Times between frames, in ms, from now until `stopFrames`. */
  probe.startFrames = () => {
    probe.frames = [];
    // The first begins somewhere between two frames.
    let before = null;
    const tick = now => {
      if (before !== null) {
        probe.frames.push(now - before);
      }
      before = now;
      probe.frame = requestAnimationFrame(tick);
    };
    probe.frame = requestAnimationFrame(tick);
  };
  /** Those until now; more follow. */
  probe.takeFrames = () => probe.frames.splice(0);
  probe.stopFrames = () => {
    cancelAnimationFrame(probe.frame);
    return probe.takeFrames();
  };

  const until = async condition => {
    while (!condition()) {
      await new Promise(requestAnimationFrame);
    }
  };

  /** Milliseconds from choosing a conversation until its end can be read. */
  probe.open = async (service, session, lastText) => {
    const last = () => [...document.querySelectorAll('.jp-llmchat-message')].pop();
    const began = performance.now();
    service.setCurrentSession(session);
    await until(() => last()?.textContent.includes(lastText));
    return performance.now() - began;
  };

  /** Scrolls to the beginning as a wheel does; the most messages that were in the page. */
  probe.scroll = async () => {
    const frame = document.querySelector('.jp-llmchat-scroll');
    let most = 0;
    let still = 0;
    while (still < 90) {
      const before = frame.scrollTop;
      frame.scrollTop -= 60;
      await new Promise(requestAnimationFrame);
      still = frame.scrollTop === before ? still + 1 : 0;
      const full = frame.querySelectorAll('.jp-llmchat-message > *:first-child');
      most = Math.max(most, full.length);
    }
    return { most, all: frame.querySelectorAll('.jp-llmchat-message').length };
  };
})();
