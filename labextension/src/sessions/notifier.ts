/** Tells of an answer that ended while nobody was looking. */

import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { ended } from '../fold';
import type { TurnState } from '../protocol';
import type { ISidebar } from '../tokens';

/** Of a question, in a notification. */
const LONGEST = 60;
const SHOWN_MS = 10_000;

export class Notifier {
  constructor(
    private readonly sidebar: ISidebar,
    private readonly trans: TranslationBundle
  ) {
    sidebar.turnChanged.connect(this.onTurn, this);
    document.addEventListener('visibilitychange', this.onLook);
    this.sight.observe(sidebar.panel.node);
  }

  dispose(): void {
    this.sidebar.turnChanged.disconnect(this.onTurn, this);
    document.removeEventListener('visibilitychange', this.onLook);
    this.sight.disconnect();
  }

  private get isSeen(): boolean {
    return this.sidebar.panel.isVisible && !document.hidden;
  }

  private onTurn(_: unknown, turn: TurnState): void {
    const id = turn.turn_id;
    if (!ended(turn)) {
      this.running.add(id);
    } else if (this.running.delete(id) && !this.isSeen && !isStopped(turn)) {
      this.tell(turn);
    }
  }

  private tell(turn: TurnState): void {
    const { trans } = this;
    const question = shortened(turn.question);
    const isWell = turn.status === 'complete';
    const text = isWell
      ? trans.__('“%1” has been answered.', question)
      : trans.__('“%1” could not be answered to the end.', question);
    const label = trans.__('Open');
    this.shown = Notification.emit(text, isWell ? 'success' : 'warning', {
      // Where nobody looks, it waits.
      autoClose: document.hidden ? false : SHOWN_MS,
      actions: [{ label, callback: () => this.sidebar.open(), displayType: 'accent' }]
    });
  }

  private readonly onLook = (): void => {
    if (this.isSeen && this.shown !== null) {
      Notification.dismiss(this.shown);
      this.shown = null;
    }
  };

  private readonly running = new Set<string>();
  private shown: string | null = null;
  private readonly sight = new IntersectionObserver(this.onLook);
}

function isStopped(turn: TurnState): boolean {
  return turn.finish_reason === 'cancelled';
}

function shortened(question: string): string {
  const [line] = question.trim().split('\n');
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
