/* In the page of test_safety.py: notices what model text must never do there. */
(() => {
  const heard = (window.llmchatHeard = []);
  for (const name of ['alert', 'confirm', 'prompt', 'open']) {
    window[name] = (...what) => void heard.push(`${name} ${what.join(' ')}`);
  }

  new MutationObserver(changes => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        if (node.classList?.contains('jp-Dialog')) {
          heard.push('dialog');
        }
      }
    }
  }).observe(document, { childList: true, subtree: true });

  const LINK = /^(?:https?:\/\/|mailto:)/i;
  const LOADS = 'src srcset srcdoc poster data action formaction ping background code codebase';
  const ELEMENTS =
    'script style iframe frame object embed link meta base form video audio source track ' +
    'template portal dialog applet img picture canvas map area foreignobject animate set image use';
  const loads = new Set(LOADS.split(' '));
  const elements = new Set(ELEMENTS.split(' '));

  /** Formulas have places and sizes; nobody else has. */
  const isStyled = (element, value) =>
    /url\(|image|@import/i.test(value) || !element.closest('mjx-container');

  function* wrong(element) {
    const name = element.localName;
    if (elements.has(name)) {
      yield `<${name}>`;
    }
    for (const { name: attribute, value } of element.attributes) {
      const isLink = attribute === 'href' || attribute === 'xlink:href';
      if (
        attribute.startsWith('on') ||
        attribute.startsWith('data-commandlinker') ||
        loads.has(attribute) ||
        (isLink && !LINK.test(value)) ||
        (attribute === 'style' && isStyled(element, value)) ||
        (attribute === 'id' && !element.closest('mjx-container')) ||
        (attribute === 'class' && /jp-(?!Rendered|mod-|llmchat)/.test(value))
      ) {
        yield `<${name} ${attribute}="${value}">`;
      }
    }
  }

  /** What is in a place that should not be there; our own buttons are no one's text. */
  window.llmchatLook = place => {
    const texts = place.querySelectorAll('.jp-llmchat-text, .jp-llmchat-question');
    const all = [...texts].flatMap(text => [...text.querySelectorAll('*')]);
    return all
      .filter(each => !each.closest('.jp-llmchat-code-actions'))
      .flatMap(each => [...wrong(each)]);
  };

  /** As a person would who trusts everything but links. */
  window.llmchatPoke = place => {
    const { commandExecuted } = window.jupyterapp.commands;
    // A forged link runs its command, or has JupyterLab ask for trust, once it is clicked.
    const onCommand = (_, { id }) => void heard.push(`command ${id}`);
    commandExecuted.connect(onCommand);
    for (const element of place.querySelectorAll('*')) {
      for (const type of ['mouseover', 'pointerenter', 'focus', 'wheel', 'mousedown']) {
        element.dispatchEvent(new Event(type, { bubbles: true }));
      }
      if (!element.closest('a[href^="http"], a[href^="mailto"], button.jp-llmchat-button')) {
        element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
      }
    }
    commandExecuted.disconnect(onCommand);
  };

  const until = async condition => {
    const end = Date.now() + 60000;
    while (!condition() && Date.now() < end) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    return condition();
  };
  const last = () => [...document.querySelectorAll('.jp-llmchat-message')].pop();

  /** Asks, waits for the end of the answer, uses it; gives what was wrong with it. */
  window.llmchatTry = async (service, question) => {
    const before = last();
    await service.ask({ question });
    const isShown = await until(
      () =>
        last() !== before &&
        last()?.querySelector('.jp-llmchat-footer .jp-llmchat-bottom') &&
        !document.querySelector('.jp-llmchat-stop')
    );
    if (!isShown) {
      return ['no answer was shown'];
    }
    if (/[$\\]/.test(question)) {
      // Formulas are set after the text is there.
      await new Promise(resolve => setTimeout(resolve, 60));
    }
    const panel = document.querySelector('.jp-llmchat-messages');
    const found = window.llmchatLook(panel);
    window.llmchatPoke(last());
    return found;
  };
})();
