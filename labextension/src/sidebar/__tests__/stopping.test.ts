import type { ContextPart } from '../../protocol';
import { detailsOf } from '../details';
import { freshly, api, asked, connection, context, model, settle } from './fake-conversation';

freshly();

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
