import { ApiError } from '../../api';
import { detailsOf } from '../../chat-compat';
import type { Listener } from '../../connection';
import { ContextSources } from '../../context-sources';
import type { AskBody, ContextPart, Message, TurnEvent } from '../../protocol';
import { ChatModel } from '../model';
import { OtherPages } from '../other-pages';

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

function stored(turn: string, role: Message['role'], change: Partial<Message> = {}): Message {
  const text = role === 'user' ? `question ${turn}` : `answer ${turn}`;
  return {
    id: `${turn}-${role}`, session_id: 's', turn_id: turn, role, text,
    stages: role === 'user' ? [] : [{ stage: 'core', text, first: '' }],
    state: 'complete', created: Number(turn), tokens: 3, processing_ms: 10, model: 'm',
    parameters: {}, prompt_template: null, parent: null, versions: [], ...change
  };
}

function pageOf(...turns: string[]): Message[] {
  return turns.flatMap(each => [stored(each, 'user'), stored(each, 'assistant')]);
}

let connection: FakeConnection;
let api: Record<string, jest.Mock>;
let context: ContextSources;
let sessions: (string | null)[];
let models: ChatModel[];

beforeEach(() => {
  jest.useFakeTimers();
  connection = new FakeConnection();
  context = new ContextSources();
  sessions = [];
  models = [];
  api = {
    messages: jest.fn().mockResolvedValue({ messages: [], next: null }),
    createSession: jest.fn().mockResolvedValue({ id: 'new' }),
    cancel: jest.fn().mockResolvedValue({ stopping: true }),
    selectTurn: jest.fn().mockResolvedValue({ messages: [] }),
    session: jest.fn().mockResolvedValue({ updated: 1 })
  };
});

afterEach(() => {
  models.forEach(each => each.dispose());
  jest.useRealTimers();
});

function model(sessionId: string | null = 's'): ChatModel {
  const service = {
    api, connection, context, setCurrentSession: (id: string | null) => sessions.push(id)
  };
  const made = new ChatModel({
    service: service as never, sessionId, person: PERSON, pages: new OtherPages()
  });
  models.push(made);
  return made;
}

async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) {
    await Promise.resolve();
  }
}

async function asked(chat: ChatModel, question = 'q'): Promise<Teller> {
  chat.sendMessage({ body: question });
  await settle();
  return new Teller(connection.listener, connection.asked.at(-1)!.client_message_id!);
}

/** Tells a turn event by event. */
class Teller {
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

function shown(chat: ChatModel): string[] {
  return chat.messages.map(each => `${each.id.split(':')[1]}=${String(each.body)}`);
}

test('a question is shown before the server knows of it', () => {
  const chat = model();
  expect(chat.sendMessage({ body: ' q ' })).toBe(true);
  expect(shown(chat)).toEqual(['question=q', 'wait=']);
  expect(chat.isAnswering).toBe(true);
  expect(chat.writers).toHaveLength(1);
});

test('nothing is asked with an empty input', () => {
  expect(model().sendMessage({ body: '  ' })).toBe(false);
});

test('every stage is a message of its own, in reading order', async () => {
  const chat = model();
  const turn = await asked(chat);
  turn.starts();
  turn.stage('core', 'start');
  turn.chunk('core', 'Yes.');
  turn.stage('analysis', 'start');
  turn.chunk('analysis', 'Hm.');
  jest.advanceTimersByTime(100);
  expect(shown(chat)).toEqual(['question=q', 'analysis=Hm.', 'core=Yes.']);
  turn.ends();
  expect(chat.isAnswering).toBe(false);
  expect(chat.writers).toHaveLength(0);
});

test('ten renders a second at most, and the last text is exact', async () => {
  const chat = model();
  const turn = await asked(chat);
  turn.starts();
  turn.stage('core', 'start');
  turn.chunk('core', 'a');
  jest.advanceTimersByTime(100);
  let renders = 0;
  chat.messages.at(-1)!.changed.connect(() => (renders += 1));
  let text = 'a';
  for (let round = 0; round < 200; round++) {
    turn.chunk('core', `${round} `);
    text += `${round} `;
    jest.advanceTimersByTime(5);
  }
  expect(renders).toBeGreaterThan(5);
  expect(renders).toBeLessThanOrEqual(11);
  turn.chunk('core', 'end');
  turn.ends();
  expect(chat.messages.at(-1)!.body).toBe(`${text}end`);
});

test('only the message that changes is touched', async () => {
  const chat = model();
  const turn = await asked(chat);
  turn.starts();
  turn.stage('analysis', 'start');
  turn.chunk('analysis', 'Hm.');
  turn.stage('analysis', 'end');
  turn.stage('core', 'start');
  jest.advanceTimersByTime(100);
  const touched: string[] = [];
  chat.messages.forEach(each => each.changed.connect(() => touched.push(each.id.split(':')[1])));
  turn.chunk('core', 'a');
  jest.advanceTimersByTime(100);
  expect(touched).toEqual(['core']);
});

test('the last stage tells of the answer as a whole', async () => {
  const chat = model();
  const turn = await asked(chat);
  turn.starts();
  ['analysis', 'core'].forEach(each => {
    turn.stage(each, 'start');
    turn.chunk(each, each);
    turn.stage(each, 'end');
  });
  turn.ends('deadline');
  const [analysis, core] = chat.messages.slice(1).map(each => detailsOf(each.content));
  expect(analysis).toMatchObject({ kind: 'stage', progress: 'done', turn: null });
  expect(core).toMatchObject({ kind: 'stage', turn: { finish_reason: 'deadline' } });
});

test('a stage that was ended early is cut', async () => {
  const chat = model();
  const turn = await asked(chat);
  turn.starts();
  turn.stage('core', 'start');
  turn.chunk('core', 'Ye');
  chat.stop();
  expect(connection.cancelled).toEqual(['t']);
  turn.ends('cancelled');
  expect(detailsOf(chat.messages.at(-1)!.content)).toMatchObject({ progress: 'cut' });
});

test('a stop before the server has answered is sent when it does', async () => {
  const chat = model();
  const turn = await asked(chat);
  chat.stop();
  expect(chat.isStopping).toBe(true);
  expect(connection.cancelled).toEqual([]);
  turn.starts();
  expect(connection.cancelled).toEqual(['t']);
});

test('a stop before anything was sent asks nobody', async () => {
  const chat = model(null);
  chat.sendMessage({ body: 'q' });
  chat.stop();
  await settle();
  expect(connection.asked).toHaveLength(0);
  expect(chat.isAnswering).toBe(false);
});

test('a stop while the context is being collected ends it at once', async () => {
  const never = (): Promise<ContextPart[]> => new Promise(() => undefined);
  context.add({ id: 'a', label: 'A', enabled: true, collect: never });
  const chat = model();
  chat.sendMessage({ body: 'q' });
  await settle();
  chat.stop();
  expect(chat.isAnswering).toBe(false);
  expect(detailsOf(chat.messages.at(-1)!.content)).toMatchObject({
    turn: { finish_reason: 'cancelled' }
  });
});

test('a stop of a question that could not be sent ends it at once', async () => {
  connection.isUnheard = true;
  const chat = model();
  await asked(chat);
  chat.stop();
  expect(chat.isAnswering).toBe(false);
});

test('a stop without a connection goes by REST', async () => {
  const chat = model();
  const turn = await asked(chat);
  turn.starts();
  connection.isOpen = false;
  chat.stop();
  expect(api.cancel).toHaveBeenCalledWith('t');
});

test('a new conversation gets its id with the first question', async () => {
  const chat = model(null);
  await asked(chat);
  expect(chat.sessionId).toBe('new');
  expect(sessions).toEqual(['new']);
});

test('a question that cannot be asked says why', async () => {
  api.createSession.mockRejectedValue(
    new ApiError({ code: 'x', message: 'No.', hint: 'Do.', retryable: true }, 503)
  );
  const chat = model(null);
  chat.sendMessage({ body: 'q' });
  await settle();
  expect(detailsOf(chat.messages.at(-1)!.content)).toMatchObject({
    kind: 'wait', turn: { status: 'failed', error: { message: 'No.', hint: 'Do.' } }
  });
});

test('what is turned on goes along, and what fails is named', async () => {
  const good = async (): Promise<ContextPart[]> => [{ kind: 'cell', text: 'x' }];
  const bad = (): Promise<ContextPart[]> => Promise.reject(new Error());
  context.add({ id: 'a', label: 'A', enabled: true, collect: good });
  context.add({ id: 'b', label: 'B', enabled: true, collect: bad });
  context.add({ id: 'c', label: 'C', enabled: false, collect: bad });
  const chat = model();
  await asked(chat);
  expect(connection.asked[0].context).toEqual([{ kind: 'cell', text: 'x' }]);
  jest.advanceTimersByTime(100);
  connection.listener.refused({
    type: 'refused', code: 'x', message: 'm', hint: '', retryable: false,
    client_message_id: null, turn_id: null, from_seq: null
  });
  expect(detailsOf(chat.messages[0].content)).toMatchObject({ leftOut: ['B'] });
});

test('what was said before is shown', async () => {
  api.messages.mockResolvedValue({ messages: pageOf('1', '2'), next: null });
  const chat = model();
  await chat.load();
  expect(shown(chat)).toEqual([
    'question=question 1', 'core=answer 1', 'question=question 2', 'core=answer 2'
  ]);
  expect(chat.standing).toEqual({ isLoading: false, hasOlder: false, problem: null });
});

test('older messages come before', async () => {
  api.messages.mockResolvedValueOnce({ messages: pageOf('3'), next: 7 });
  const chat = model();
  await chat.load();
  expect(chat.standing.hasOlder).toBe(true);
  api.messages.mockResolvedValueOnce({ messages: pageOf('1', '2'), next: null });
  await chat.loadOlder();
  expect(api.messages).toHaveBeenLastCalledWith('s', { limit: 50, before: 7 });
  expect(chat.messages.map(each => each.time)).toEqual([1, 1, 2, 2, 3, 3]);
  await chat.loadOlder();
  expect(api.messages).toHaveBeenCalledTimes(2);
});

test('reading the end again keeps what was read before it', async () => {
  api.messages.mockResolvedValueOnce({ messages: pageOf('3'), next: 7 });
  const chat = model();
  await chat.load();
  api.messages.mockResolvedValueOnce({ messages: pageOf('1', '2'), next: null });
  await chat.loadOlder();
  const before = [...chat.messages];
  api.messages.mockResolvedValueOnce({ messages: pageOf('3', '4'), next: 7 });
  await chat.load();
  expect(chat.messages.slice(0, 6)).toEqual(before);
  expect(chat.messages).toHaveLength(8);
});

test('an answer that is being written elsewhere is followed', async () => {
  const live = stored('1', 'assistant', { state: 'streaming', stages: [], text: '' });
  api.messages.mockResolvedValue({ messages: [stored('1', 'user'), live], next: null });
  const chat = model();
  await chat.load();
  expect(connection.followed).toEqual(['1']);
  expect(chat.isAnswering).toBe(true);
});

test('what is being asked survives reading the end again', async () => {
  const chat = model();
  await asked(chat);
  await chat.load();
  expect(shown(chat)).toEqual(['question=q', 'wait=']);
});

test('a session that is gone is a sentence', async () => {
  const body = { code: 'not_found', message: 'Gone.', hint: 'Begin another.', retryable: false };
  api.messages.mockRejectedValue(new ApiError(body, 404));
  const chat = model();
  await chat.load();
  expect(chat.standing.problem).toEqual(body);
});

test('an edited question takes the place of the one before, and of what followed', async () => {
  api.messages.mockResolvedValue({ messages: pageOf('1', '2'), next: null });
  const chat = model();
  await chat.load();
  const first = chat.messages[0];
  chat.updateMessage(first.id, { ...first.content, body: 'better' });
  await settle();
  expect(connection.asked).toMatchObject([{ question: 'better', replaces: '1', options: {} }]);
  expect(shown(chat)).toEqual(['question=better', 'wait=']);
});

test('asked again, the model answers anew', async () => {
  api.messages.mockResolvedValue({ messages: pageOf('1'), next: null });
  const chat = model();
  await chat.load();
  await chat.again(chat.turnOf('1')!);
  expect(connection.asked).toMatchObject([
    { question: 'question 1', replaces: '1', options: { fresh: true } }
  ]);
});

test('what an action sent along goes along again', async () => {
  const chat = model();
  const parts: ContextPart[] = [{ kind: 'cell', text: 'x' }];
  void chat.ask({ question: 'q', context: parts, options: { strategy: 'simple' } });
  await settle();
  const turn = new Teller(connection.listener, connection.asked[0].client_message_id!);
  turn.starts();
  turn.ends();
  await chat.again(chat.lastTurn!);
  expect(connection.asked[1]).toMatchObject({
    replaces: 't', context: parts, options: { strategy: 'simple', fresh: true }
  });
  await chat.again(chat.lastTurn!, undefined, []);
  expect(connection.asked[2].context).toEqual([]);
});

test('a question that nobody has taken is kept, and asked again at the end', async () => {
  const chat = model();
  await asked(chat, 'lost');
  connection.listener.refused({
    type: 'refused', code: 'busy', message: 'm', hint: '', retryable: true,
    client_message_id: null, turn_id: null, from_seq: null
  });
  api.messages.mockResolvedValue({ messages: pageOf('1'), next: null });
  await chat.load();
  expect(shown(chat)).toEqual(['question=question 1', 'core=answer 1', 'question=lost', 'wait=']);
  await chat.again(chat.lastTurn!);
  expect(shown(chat)).toEqual(['question=question 1', 'core=answer 1', 'question=lost', 'wait=']);
  expect(connection.asked.at(-1)).toMatchObject({ question: 'lost', replaces: null });
});

test('a server that has forgotten the events tells them anew', async () => {
  const chat = model();
  const turn = await asked(chat);
  turn.starts();
  turn.stage('core', 'start');
  turn.chunk('core', 'half');
  connection.listener.restarted();
  const again = new Teller(connection.listener, 'c');
  again.starts();
  again.stage('core', 'start');
  again.chunk('core', 'half and the rest');
  again.ends('interrupted');
  expect(shown(chat)).toEqual(['question=q', 'core=half and the rest']);
});

test('a conversation that is left is heard of no more', async () => {
  const chat = model();
  const turn = await asked(chat);
  turn.starts();
  const key = connection.asked[0].client_message_id!;
  chat.dispose();
  expect(connection.forgotten).toContain(key);
  turn.ends();
});
