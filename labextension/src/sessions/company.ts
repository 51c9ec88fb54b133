/** Who else has the conversation open: pages of this browser, and those of others. */

import { Signal } from '@lumino/signaling';

import type { Api } from '../api';
import { ended } from '../fold';
import type { TurnState } from '../protocol';
import type { ISidebar } from '../tokens';
import type { Presence } from './presence';

/** How often the server is asked, while something is being answered. */
const LOOK_MS = 5_000;

export class Company {
  constructor(
    private readonly presence: Presence,
    private readonly api: Pick<Api, 'turn'>,
    sidebar: Pick<ISidebar, 'turnChanged'>
  ) {
    presence.changed.connect(() => this.changed.emit(this.count));
    sidebar.turnChanged.connect(this.onTurn, this);
  }

  readonly changed = new Signal<this, number>(this);

  /** How many other pages; those of other browsers are known of while they listen. */
  get count(): number {
    return Math.max(this.presence.others, this.listeners - 1, 0);
  }

  dispose(): void {
    this.leave();
    Signal.clearData(this);
  }

  private onTurn(_: unknown, turn: TurnState): void {
    const isLive = !ended(turn) && turn.turn_id !== '';
    if (isLive && turn.turn_id !== this.turnId) {
      this.leave();
      this.turnId = turn.turn_id;
      this.timer = window.setInterval(() => void this.look(turn.turn_id), LOOK_MS);
    } else if (!isLive && turn.turn_id === this.turnId) {
      this.leave();
    }
  }

  private async look(turnId: string): Promise<void> {
    try {
      const { listeners } = await this.api.turn(turnId);
      if (turnId === this.turnId) {
        this.listeners = listeners;
        this.changed.emit(this.count);
      }
    } catch {
      // The connection line says what is the matter.
    }
  }

  private leave(): void {
    window.clearInterval(this.timer);
    this.turnId = '';
    this.listeners = 0;
    this.changed.emit(this.count);
  }

  private turnId = '';
  private listeners = 0;
  private timer = 0;
}
