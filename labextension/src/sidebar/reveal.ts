/** Finding a question again, however far back it is. */

import type { ChatModel } from './model';
import type { Turn } from './turn';

/** Frames for which a message must stay where it is before it counts as shown. */
const STEADY_FRAMES = 6;
/** Frames after which it is left where it is. */
const MOST_FRAMES = 90;
const MARKED_MS = 2_000;

/** Reads older messages until the turn is there. */
export async function reach(model: ChatModel, turnId: string): Promise<Turn | undefined> {
  for (;;) {
    await loaded(model);
    const found = model.turnOf(turnId);
    const { hasOlder, problem } = model.standing;
    if (found !== undefined || !hasOlder || problem !== null || model.isDisposed) {
      return found;
    }
    await model.loadOlder();
  }
}

function loaded(model: ChatModel): Promise<void> {
  return new Promise(resolve => {
    const look = (): void => {
      if (!model.standing.isLoading) {
        model.standingChanged.disconnect(look);
        resolve();
      }
    };
    model.standingChanged.connect(look);
    look();
  });
}

/**
 * Brings a message to the top of what is seen, and marks it for a moment. Messages that
 * come into sight on the way get their real height, so it is done until nothing moves.
 */
export async function scrolledTo(panel: HTMLElement, messageId: string): Promise<boolean> {
  let place = NaN;
  let steady = 0;
  for (let frame = 0; frame < MOST_FRAMES && steady < STEADY_FRAMES; frame++) {
    await nextFrame();
    const message = messageOf(panel, messageId);
    if (message !== null) {
      message.scrollIntoView({ block: 'start' });
      const { top } = message.getBoundingClientRect();
      steady = Math.abs(top - place) < 1 ? steady + 1 : 0;
      place = top;
    }
  }
  const message = messageOf(panel, messageId);
  message?.classList.add('jp-mod-found');
  window.setTimeout(() => message?.classList.remove('jp-mod-found'), MARKED_MS);
  return message !== null;
}

function messageOf(panel: HTMLElement, id: string): HTMLElement | null {
  return panel.querySelector(`[data-message="${CSS.escape(id)}"]`);
}

/** A page that is not shown has no frames. */
function nextFrame(): Promise<void> {
  return new Promise(resolve => {
    const timer = window.setTimeout(resolve, 100);
    window.requestAnimationFrame(() => {
      window.clearTimeout(timer);
      resolve();
    });
  });
}
