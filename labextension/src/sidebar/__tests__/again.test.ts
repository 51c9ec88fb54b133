import type { ContextPart } from '../../protocol';
import {
  freshly, Teller, api, asked, connection, model, pageOf, settle, shown
} from './fake-conversation';

freshly();

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

test('who has asked hears of every answer in the place of theirs', async () => {
  const chat = model();
  const again = jest.fn();
  void chat.ask({ question: 'q', context: [], again });
  for (let times = 0; times < 2; times++) {
    await settle();
    const turn = new Teller(connection.listener, connection.asked[times].client_message_id!);
    turn.starts();
    turn.ends();
    await chat.again(chat.lastTurn!);
    expect(again).toHaveBeenCalledTimes(times + 1);
    expect(await again.mock.lastCall![0]).toBe(chat.lastTurn);
  }
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
