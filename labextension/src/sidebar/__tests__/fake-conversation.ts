/** A conversation in the hands of a test: what it talks to, and what it shows. */

import type { Listener } from '../../connection';
import { ContextSources } from '../../context-sources';
import { OtherPages } from '../../other-pages';
import type { AskBody, Message, TurnEvent, TurnState } from '../../protocol';
import { ChatModel } from '../model';

const PERSON = { username: 'me' };

/** A connection in the hands of a test. */
class FakeConnection {
  readonly asked: AskBody[] = [];
  readonly followed: string[] = [];
  readonly cancelled: string[] = [];
  readonly forgotten: string[] = [];
  isOpen = true;
  /** Whether the server cannot have heard of a question. */
  isUnheard = false;
  listener!: Listener;

  ask(_session: string, body: AskBody, listener: Listener): void {
    this.asked.push(body);
    this.listener = listener;
  }

  follow(turnId: string, _from: number, listener: Listener): void {
    this.followed.push(turnId);
    this.listener = listener;
  }

  cancel(turnId: string): boolean {
    this.cancelled.push(turnId);
    return this.isOpen;
  }

  withdraw(): boolean {
    return this.isUnheard;
  }

  forget(key: string): void {
    this.forgotten.push(key);
  }
}

export function stored(turn: string, role: Message['role'], change: Partial<Message> = {}): Message {
  const text = role === 'user' ? `question ${turn}` : `answer ${turn}`;
  return {
    id: `${turn}-${role}`, session_id: 's', turn_id: turn, role, text,
    stages: role === 'user' ? [] : [{ stage: 'core', text, first: '', ms: 0 }],
    state: 'complete', created: Number(turn), tokens: 3, processing_ms: 10, model: 'm',
    parameters: {}, prompt_template: null, parent: null, versions: [], ...change
  };
}

export function pageOf(...turns: string[]): Message[] {
  return turns.flatMap(each => [stored(each, 'user'), stored(each, 'assistant')]);
}

export let connection: FakeConnection;
export let api: Record<string, jest.Mock>;
export let context: ContextSources;
export let sessions: (string | null)[];
/** Questions that were taken when nobody waited for them any more. */
export let late: TurnState[];
let models: ChatModel[];

export function freshly(): void {
  beforeEach(begin);
  afterEach(end);
}

function begin(): void {
  jest.useFakeTimers();
  connection = new FakeConnection();
  context = new ContextSources();
  sessions = [];
  late = [];
  models = [];
  api = {
    messages: jest.fn().mockResolvedValue({ messages: [], next: null }),
    createSession: jest.fn().mockResolvedValue({ id: 'new' }),
    cancel: jest.fn().mockResolvedValue({ stopping: true }),
    selectTurn: jest.fn().mockResolvedValue({ messages: [] }),
    session: jest.fn().mockResolvedValue({ updated: 1 })
  };
}

function end(): void {
  models.forEach(each => each.dispose());
  jest.useRealTimers();
}

export function model(sessionId: string | null = 's'): ChatModel {
  const service = {
    api, connection, context, setCurrentSession: (id: string | null) => sessions.push(id)
  };
  const made = new ChatModel({
    service: service as never, sessionId, person: PERSON, pages: new OtherPages(),
    takenLate: turn => late.push(turn)
  });
  models.push(made);
  return made;
}

export async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) {
    await Promise.resolve();
  }
}

export async function asked(chat: ChatModel, question = 'q'): Promise<Teller> {
  chat.sendMessage({ body: question });
  await settle();
  return new Teller(connection.listener, connection.asked.at(-1)!.client_message_id!);
}

/** Tells a turn event by event. */
export class Teller {
  constructor(
    private readonly listener: Listener,
    private readonly key: string
  ) {}

  private seq = 0;

  says(type: string, fields: object = {}): void {
    const event = { type, turn_id: 't', seq: this.seq++, ...fields };
    this.listener.event(event as unknown as TurnEvent);
  }

  starts(): void {
    const fields = { session_id: 's', question: 'q', model: 'm', client_message_id: this.key };
    this.says('start', fields);
  }

  stage(stage: string, phase: string): void {
    const finish_reason = phase === 'end' ? 'stop' : null;
    this.says('stage', { stage, phase, tokens: 1, ms: 5, finish_reason });
  }

  chunk(stage: string, text: string): void {
    this.says('chunk', { stage, text, chunk_id: 0, timestamp: 0 });
  }

  ends(finish_reason = 'stop'): void {
    this.says('complete', { finish_reason, metrics: null });
  }
}

export function shown(chat: ChatModel): string[] {
  return chat.messages.map(each => `${each.id.split(':')[1]}=${String(each.body)}`);
}
