import type { ContextPart } from '../../protocol';
import {
  api, asked, connection, context, freshly, late, model, pageOf, sessions, settle, shown, stored
} from './fake-conversation';

freshly();

test('a question that is left before it was taken is heard of until it is', async () => {
  const chat = model();
  const turn = await asked(chat);
  const key = connection.asked[0].client_message_id!;
  chat.dispose();
  expect(connection.forgotten).toEqual([]);
  turn.starts();
  expect(connection.forgotten).toEqual([key]);
  expect(late).toMatchObject([{ turn_id: 't', session_id: 's', question: 'q' }]);
});

test('it is stopped too, if it was to be', async () => {
  const chat = model();
  const turn = await asked(chat);
  chat.stop();
  chat.dispose();
  turn.starts();
  expect(connection.cancelled).toEqual(['t']);
});

test('a question is asked though its conversation is left while it is made', async () => {
  let collect!: (parts: ContextPart[]) => void;
  const collecting = new Promise<ContextPart[]>(resolve => (collect = resolve));
  context.add({ id: 'a', label: 'A', enabled: true, collect: () => collecting });
  const chat = model(null);
  chat.sendMessage({ body: 'q' });
  await settle();
  chat.dispose();
  collect([]);
  await settle();
  expect(connection.asked).toMatchObject([{ question: 'q' }]);
});

test('who has left a conversation before it had an id stays away', async () => {
  const chat = model(null);
  chat.sendMessage({ body: 'q' });
  chat.dispose();
  await settle();
  expect(connection.asked).toMatchObject([{ question: 'q' }]);
  expect(sessions).toEqual([]);
});

test('a question that another takes the place of before it was taken is stopped', async () => {
  const chat = model();
  const first = await asked(chat);
  await chat.again(chat.lastTurn!);
  expect(connection.asked).toHaveLength(2);
  expect(shown(chat)).toEqual(['question=q', 'wait=']);
  first.starts();
  expect(connection.cancelled).toEqual(['t']);
  expect(late).toHaveLength(1);
});

test('a question that was read before it was heard of is shown once', async () => {
  const chat = model();
  const turn = await asked(chat);
  const live = stored('t', 'assistant', { state: 'streaming', stages: [], text: '' });
  const question = stored('t', 'user', { text: 'q', versions: ['s', 't'] });
  const messages = [...pageOf('1'), question, live, ...pageOf('2')];
  api.messages.mockResolvedValue({ messages, next: null });
  await chat.load();
  turn.starts();
  turn.chunk('core', 'Yes.');
  turn.ends();
  expect(shown(chat)).toEqual([
    'question=question 1', 'core=answer 1', 'question=q', 'core=Yes.',
    'question=question 2', 'core=answer 2'
  ]);
  expect(connection.forgotten).toEqual(['t']);
  expect(chat.turnOf('t')!.versions).toEqual(['s', 't']);
});

test('what is asked while the conversation is read is no other when it has been read', async () => {
  let answer!: (page: object) => void;
  api.messages.mockReturnValueOnce(new Promise(resolve => (answer = resolve)));
  const chat = model();
  const reading = chat.load();
  const turn = await asked(chat);
  await chat.again(chat.lastTurn!);
  turn.starts();
  connection.listener.event({
    type: 'start', turn_id: 'u', seq: 0, session_id: 's', question: 'q', model: 'm'
  } as never);
  answer({ messages: pageOf('u'), next: null });
  await reading;
  expect(shown(chat)).toEqual(['question=q', 'wait=']);
});

test('what was asked elsewhere before the first look is found by it', async () => {
  const chat = model();
  await chat.load();
  api.messages.mockResolvedValue({ messages: pageOf('1'), next: null });
  await chat.refresh();
  expect(shown(chat)).toEqual(['question=question 1', 'core=answer 1']);
  await chat.refresh();
  expect(api.messages).toHaveBeenCalledTimes(2);
  api.session.mockResolvedValue({ updated: 2 });
  await chat.refresh();
  expect(api.messages).toHaveBeenCalledTimes(3);
});

test('an answer of a version that is not shown any more is not shown', async () => {
  const chat = model();
  const turn = await asked(chat);
  turn.starts();
  api.messages.mockResolvedValue({ messages: pageOf('1'), next: null });
  await chat.load();
  expect(shown(chat)).toEqual(['question=question 1', 'core=answer 1']);
  expect(connection.forgotten).toHaveLength(1);
});

test('nothing is before what begins the conversation', async () => {
  api.messages.mockResolvedValueOnce({ messages: pageOf('1', '2'), next: null });
  const chat = model();
  await chat.load();
  api.messages.mockResolvedValueOnce({ messages: pageOf('2'), next: null });
  await chat.load();
  expect(shown(chat)).toEqual(['question=question 2', 'core=answer 2']);
});
