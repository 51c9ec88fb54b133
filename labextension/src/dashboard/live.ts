/** The figures while somebody looks at them: kept up to date, for what was chosen. */

import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';

import type { Api } from '../api';
import { ViewPoll } from '../view-poll';
import { EVERYTHING } from './filters';
import type { Filters } from './filters';
import { read } from './reading';
import type { Snapshot } from './reading';

const FREQUENCY = { interval: 5000, backoff: true, max: 60_000 };

export class LiveFigures implements IDisposable {
  constructor(
    private readonly api: Api,
    isLookedAt: () => boolean
  ) {
    this.poll = new ViewPoll({
      name: 'jupyter-llmchat:dashboard',
      frequency: FREQUENCY,
      isLookedAt,
      ask: () => this.read()
    });
  }

  readonly changed = new Signal<this, void>(this);

  get filters(): Filters {
    return this.chosen;
  }

  /** As last read; null before the first time. */
  get snapshot(): Snapshot | null {
    return this.last;
  }

  /** Why the last attempt to read has failed. */
  get problem(): unknown {
    return this.failure;
  }

  /** The figures that are shown are not those that were chosen last. */
  get isBehind(): boolean {
    return this.last?.filters !== this.chosen;
  }

  get isDisposed(): boolean {
    return this.poll.isDisposed;
  }

  dispose(): void {
    this.poll.dispose();
    Signal.clearData(this);
  }

  choose(change: Partial<Filters>): void {
    this.chosen = { ...this.chosen, ...change };
    // It was about something else.
    this.failure = null;
    this.changed.emit();
    void this.refresh();
  }

  refresh(): Promise<void> {
    return this.poll.refresh();
  }

  private async read(): Promise<void> {
    const filters = this.chosen;
    let failure: unknown = null;
    let found: Snapshot | null = null;
    try {
      found = await read(this.api, filters, this.last, Date.now() / 1000);
    } catch (error) {
      failure = error;
    }
    if (this.isDisposed || filters !== this.chosen) {
      return;
    }
    this.last = found ?? this.last;
    this.failure = failure;
    this.changed.emit();
    if (failure !== null) {
      // So that the poll waits longer each time.
      throw failure;
    }
  }

  private chosen = EVERYTHING;
  private last: Snapshot | null = null;
  private failure: unknown = null;
  private readonly poll: ViewPoll;
}
