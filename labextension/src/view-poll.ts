/** Asks again and again while somebody looks, and at once when somebody does again. */

import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import type { IPoll } from '@lumino/polling';

type Options = {
  name: string;
  /** How long until it is asked again, in milliseconds. */
  frequency: IPoll.Frequency;
  /** Whether the view is in front; a hidden page is not looked at either way. */
  isLookedAt: () => boolean;
  /** Rejected, it is asked less often from then on. */
  ask: () => Promise<void>;
};

export class ViewPoll implements IDisposable {
  constructor({ name, frequency, isLookedAt, ask }: Options) {
    const standby = (): boolean => document.hidden || !isLookedAt();
    this.poll = new Poll({ name, factory: ask, frequency, standby });
    document.addEventListener('visibilitychange', this.onVisible);
  }

  set frequency(frequency: IPoll.Frequency) {
    this.poll.frequency = frequency;
  }

  get isDisposed(): boolean {
    return this.poll.isDisposed;
  }

  dispose(): void {
    document.removeEventListener('visibilitychange', this.onVisible);
    this.poll.dispose();
  }

  /** Now, and anew if it is being asked: what was asked for may be another thing. */
  async refresh(): Promise<void> {
    if (!this.isDisposed) {
      await this.poll.schedule({ interval: Poll.IMMEDIATE, phase: 'refreshed' });
      await this.poll.tick.catch(() => undefined);
    }
  }

  private readonly onVisible = (): void => {
    if (!document.hidden) {
      void this.refresh();
    }
  };

  private readonly poll: Poll;
}
