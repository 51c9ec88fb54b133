/** Asks the server how it is, as often as is worth it and only while somebody looks. */

import type { IPoll } from '@lumino/polling';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';

import type { Api } from '../api';
import { ViewPoll } from '../view-poll';
import { isLoading, seen, unseen } from './outlook';
import type { Outlook } from './outlook';

/** How long until the next look. A server that does not answer is asked ever less. */
const USUAL: IPoll.Frequency = { interval: 10_000, backoff: true, max: 60_000 };
const LOADING: IPoll.Frequency = { ...USUAL, interval: 1000 };
const IN_TROUBLE: IPoll.Frequency = { ...USUAL, interval: 4000 };

export class StatusWatch implements IDisposable {
  constructor(
    private readonly api: Api,
    isLookedAt: () => boolean
  ) {
    this.poll = new ViewPoll({
      name: 'jupyter-llmchat:status',
      frequency: USUAL,
      isLookedAt,
      ask: () => this.look()
    });
  }

  /** There has been a look; what was seen may be the same. */
  readonly looked = new Signal<this, Outlook>(this);

  get outlook(): Outlook {
    return this.current;
  }

  get isDisposed(): boolean {
    return this.poll.isDisposed;
  }

  dispose(): void {
    this.poll.dispose();
    Signal.clearData(this);
  }

  /** Looks now. */
  refresh(): Promise<void> {
    return this.poll.refresh();
  }

  private async look(): Promise<void> {
    let failure: unknown = null;
    try {
      this.current = seen(await this.api.status());
    } catch (error) {
      this.current = unseen(error);
      failure = error;
    }
    if (this.isDisposed) {
      return;
    }
    this.poll.frequency = frequency(this.current);
    this.looked.emit(this.current);
    if (failure !== null) {
      // So that the poll waits longer each time.
      throw failure;
    }
  }

  private current: Outlook = { kind: 'unknown' };
  private readonly poll: ViewPoll;
}

function frequency(outlook: Outlook): IPoll.Frequency {
  if (outlook.kind !== 'known') {
    return IN_TROUBLE;
  }
  const { model, store } = outlook.status;
  if (isLoading(model)) {
    return LOADING;
  }
  return model.state === 'failed' || store.kind === 'memory' ? IN_TROUBLE : USUAL;
}
