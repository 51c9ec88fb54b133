/** Tells of an answer that ended while nobody was looking. */

import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { NOTHING, apply, ended } from '../fold';
import type { TurnState } from '../protocol';
import type { IChatService, ISidebar } from '../tokens';

/** Of a question, in a notification. */
const LONGEST = 60;
const SHOWN_MS = 10_000;

export class Notifier {
  constructor(
    private readonly service: IChatService,
    private readonly sidebar: ISidebar,
    private readonly trans: TranslationBundle
  ) {
    sidebar.turnChanged.connect(this.onTurn, this);
    sidebar.turnLeft.connect(this.onLeft, this);
    service.sessionChanged.connect(this.onSession, this);
    document.addEventListener('visibilitychange', this.onLook);
    this.sight?.observe(sidebar.panel.node);
  }

  dispose(): void {
    this.sidebar.turnChanged.disconnect(this.onTurn, this);
    this.sidebar.turnLeft.disconnect(this.onLeft, this);
    this.service.sessionChanged.disconnect(this.onSession, this);
    document.removeEventListener('visibilitychange', this.onLook);
    this.sight?.disconnect();
  }

  private isSeen(session: string): boolean {
    const isShown = session === this.service.currentSession;
    return isShown && this.sidebar.panel.isVisible && !document.hidden;
  }

  private onTurn(_: unknown, turn: TurnState): void {
    const { turn_id: id, session_id: session } = turn;
    if (id === '') {
      return;
    }
    if (!ended(turn)) {
      this.running.set(id, turn);
    } else if (this.running.delete(id) && !this.isSeen(session) && !isStopped(turn)) {
      this.tell(turn);
    }
  }

  private onLeft(_: unknown, turn: TurnState): void {
    this.running.set(turn.turn_id, turn);
    this.follow(turn.turn_id, turn);
  }

  /** The panel follows only what it shows; what was left is followed from here. */
  private onSession(_: IChatService, session: string | null): void {
    for (const [id, turn] of this.running) {
      if (turn.session_id !== session) {
        this.follow(id, turn);
      }
    }
  }

  private follow(id: string, left: TurnState): void {
    let turn = left;
    this.service.connection.follow(id, turn.next_seq, {
      event: event => {
        turn = apply(turn, event);
        this.onTurn(this, turn);
      },
      refused: () => this.running.delete(id),
      restarted: () => {
        const { question, turn_id, session_id } = left;
        turn = { ...NOTHING, question, turn_id, session_id };
      }
    });
  }

  private tell(turn: TurnState): void {
    const { trans } = this;
    const question = shortened(turn.question);
    const isWell = turn.status === 'complete';
    const text = isWell
      ? trans.__('“%1” has been answered.', question)
      : trans.__('“%1” could not be answered to the end.', question);
    const callback = (): void => {
      this.service.setCurrentSession(turn.session_id);
      this.sidebar.open();
    };
    const id = Notification.emit(text, isWell ? 'success' : 'warning', {
      // Where nobody looks, it waits.
      autoClose: document.hidden ? false : SHOWN_MS,
      actions: [{ label: trans.__('Open'), callback, displayType: 'accent' }]
    });
    this.told.set(id, turn.session_id);
  }

  private readonly onLook = (): void => {
    for (const [id, session] of this.told) {
      if (this.isSeen(session)) {
        Notification.dismiss(id);
        this.told.delete(id);
      }
    }
  };

  /** By turn id: those that are not over, as far as they have been heard. */
  private readonly running = new Map<string, TurnState>();
  /** Notifications, with the conversation that each is about. */
  private readonly told = new Map<string, string>();
  private readonly sight =
    'IntersectionObserver' in window ? new IntersectionObserver(this.onLook) : null;
}

function isStopped(turn: TurnState): boolean {
  return turn.finish_reason === 'cancelled';
}

function shortened(question: string): string {
  const [line] = question.trim().split('\n');
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
