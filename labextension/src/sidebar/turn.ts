/** One question with its answer, as this page knows it. */

import { PromiseDelegate } from '@lumino/coreutils';

import type { Connection, Listener } from '../connection';
import { NOTHING, apply, ended } from '../fold';
import type {
  ErrorBody,
  Message,
  Refused,
  TurnError,
  TurnEvent,
  TurnMetrics,
  TurnState,
  Turn as StoredTurn
} from '../protocol';
import type { AskRequest, Asked } from '../tokens';
import type { StageName } from './details';

/** What a turn needs of the page around it. */
export type Around = {
  connection: Connection;
  /** For a stop that cannot go through the connection. */
  cancel(turnId: string): Promise<unknown>;
  /** Something of it is to be shown anew; at once if it matters. */
  changed(turn: Turn, atOnce: boolean): void;
  /** The server has taken the question. */
  taken(turn: Turn): void;
};

export class Turn implements Listener, Asked {
  constructor(
    /** The client_message_id, or the turn's id where another page asked. */
    readonly key: string,
    readonly asked: number,
    state: Partial<TurnState>,
    private readonly around: Around
  ) {
    this.current = { ...NOTHING, ...state };
  }

  /** The turns at its place, oldest first; empty if it is the only one. */
  versions: readonly string[] = [];
  /** Whether the connection has been told of it. */
  isAsked = false;
  /** As it was asked here: what an action sent along goes along again. */
  request: AskRequest | null = null;
  /** Sources that were to go along and could not be read. */
  leftOut: readonly string[] = [];
  /** Whether decisions, quality and figures are known. */
  isWhole = true;

  get state(): TurnState {
    return this.current;
  }

  get turnId(): string | null {
    return this.current.turn_id || null;
  }

  get ended(): boolean {
    return ended(this.current);
  }

  get outcome(): Promise<TurnState> {
    return this.last.promise;
  }

  /** Whether it is to end, and has not yet. */
  get stopping(): boolean {
    return this.wantsStop && !this.ended;
  }

  /** When this page saw a stage begin, in ms; 0 if it did not. */
  begun(stage: StageName): number {
    return this.begins.get(stage) ?? 0;
  }

  event(event: TurnEvent): void {
    this.current = apply(this.current, event);
    if (event.type === 'start') {
      this.started();
    } else if (event.type === 'stage' && event.phase === 'start') {
      this.begins.set(event.stage, Date.now());
    }
    this.tell(this.ended);
  }

  refused(refused: Refused): void {
    this.failed(refused);
  }

  restarted(): void {
    const { question, turn_id, session_id } = this.current;
    this.current = { ...NOTHING, question, turn_id, session_id };
    this.begins.clear();
  }

  /** It could not be asked, or not be followed to its end. */
  failed(error: ErrorBody): void {
    const { code, message, hint, retryable } = error;
    const { turn_id, next_seq: seq, metrics } = this.current;
    const event: TurnError = {
      type: 'error', turn_id, seq, code, message, hint, retryable, metrics
    };
    this.current = apply(this.current, event);
    this.tell(true);
  }

  /** Ends the answer as soon as the server knows of it; what was said is kept. */
  stop(): void {
    if (this.ended || this.wantsStop) {
      return;
    }
    this.wantsStop = true;
    if (this.turnId === null && this.isUnheard()) {
      this.current = { ...this.current, status: 'complete', finish_reason: 'cancelled' };
    } else {
      this.cancel();
    }
    this.tell(true);
  }

  /** From the store, of an answer that ended before this page was opened. */
  complete(stored: StoredTurn): void {
    const { metrics, refinement, quality, revisions, notices } = stored;
    const decisions = stored.decisions.map((each, seq) => ({
      ...each,
      type: 'decision' as const,
      turn_id: stored.id,
      seq
    }));
    const reason = stored.finish_reason as TurnState['finish_reason'];
    const finish_reason = this.current.status === 'complete' ? reason : null;
    this.current = {
      ...this.current, decisions, refinement, quality, revisions, notices, finish_reason,
      metrics: metrics ?? this.current.metrics
    };
    this.isWhole = true;
    this.around.changed(this, true);
  }

  /** Nobody here listens to it any more. */
  left(): void {
    this.last.resolve(this.current);
  }

  private tell(atOnce: boolean): void {
    if (this.ended) {
      this.last.resolve(this.current);
    }
    this.around.changed(this, atOnce);
  }

  private started(): void {
    this.around.taken(this);
    if (this.wantsStop) {
      this.cancel();
    }
  }

  /** Nobody has heard of it; nobody will. */
  private isUnheard(): boolean {
    return !this.isAsked || this.around.connection.withdraw(this.key);
  }

  private cancel(): void {
    const { turnId } = this;
    if (turnId !== null && !this.around.connection.cancel(turnId)) {
      this.around.cancel(turnId).catch((error: unknown) => {
        // Told when it is heard of again; until then the button may be used again.
        this.wantsStop = false;
        console.warn('The answer could not be stopped.', error);
      });
    }
  }

  private current: TurnState;
  private wantsStop = false;
  private readonly last = new PromiseDelegate<TurnState>();
  private readonly begins = new Map<StageName, number>();
}

/** Of a question and its answer as the server lists them. */
export function remembered(question: Message, answer: Message, around: Around): Turn {
  const isLive = answer.state === 'streaming';
  const state: Partial<TurnState> = {
    turn_id: question.turn_id,
    session_id: question.session_id,
    question: question.text,
    model: answer.model ?? ''
  };
  const turn = new Turn(
    question.turn_id,
    question.created,
    isLive ? state : { ...state, ...endOf(answer) },
    around
  );
  turn.versions = question.versions;
  turn.isWhole = isLive;
  return turn;
}

function endOf(answer: Message): Partial<TurnState> {
  const stages = answer.stages.map(each => ({
    ...each, done: true, tokens: 0, finish_reason: null
  }));
  const said = { stages, metrics: figuresOf(answer) };
  if (answer.state === 'failed' || answer.state === 'interrupted') {
    return { ...said, status: 'failed', error: lost(answer) };
  }
  const finish_reason = answer.state === 'cancelled' ? 'cancelled' : 'stop';
  return { ...said, status: 'complete', finish_reason };
}

function lost(answer: Message): TurnError {
  const wasInterrupted = answer.state === 'interrupted';
  return {
    type: 'error',
    turn_id: answer.turn_id,
    seq: 0,
    code: wasInterrupted ? 'worker_lost' : 'generation_failed',
    message: '',
    hint: '',
    retryable: true,
    metrics: null
  };
}

function figuresOf(answer: Message): TurnMetrics {
  return {
    total_ms: answer.processing_ms ?? 0,
    first_token_ms: null,
    token_ms: null,
    tokens_per_s: null,
    prompt_tokens: 0,
    cached_tokens: 0,
    generated_tokens: answer.tokens,
    strategy: null,
    decisions: 0,
    llm_first_share: null,
    quality: null,
    tier: null,
    is_replay: false,
    stages: []
  };
}
