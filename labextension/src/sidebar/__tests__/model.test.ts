import { ApiError } from '../../api';
import type { ContextPart } from '../../protocol';
import { detailsOf } from '../details';
import {
  freshly, Teller, api, asked, connection, context, model, pageOf, sessions, settle, shown, stored
} from './fake-conversation';

freshly();

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

test('a new conversation gets its id with the first question', async () => {
  const chat = model(null);
  await asked(chat);
  expect(chat.sessionId).toBe('new');
  expect(sessions).toEqual(['new']);
});

test('questions that follow fast are of one conversation', async () => {
  const chat = model(null);
  chat.sendMessage({ body: 'one' });
  await asked(chat, 'two');
  expect(api.createSession).toHaveBeenCalledTimes(1);
  expect(connection.asked.map(each => each.question)).toEqual(['one', 'two']);
});

test('a conversation that could not be begun is begun with the next question', async () => {
  api.createSession.mockRejectedValueOnce(new Error('No.'));
  const chat = model(null);
  chat.sendMessage({ body: 'one' });
  await settle();
  await asked(chat, 'two');
  expect(chat.sessionId).toBe('new');
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

test('what was read first does not take the place of what was read last', async () => {
  let answer!: (page: object) => void;
  api.messages.mockReturnValueOnce(new Promise(resolve => (answer = resolve)));
  api.messages.mockResolvedValueOnce({ messages: pageOf('2'), next: null });
  const chat = model();
  const first = chat.load();
  await chat.load();
  answer({ messages: pageOf('1'), next: null });
  await first;
  expect(shown(chat)).toEqual(['question=question 2', 'core=answer 2']);
  expect(chat.standing.isLoading).toBe(false);
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
