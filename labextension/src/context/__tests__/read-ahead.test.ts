import type { ContextPart } from '../../protocol';
import { ReadAhead } from '../read-ahead';

const PART: ContextPart = { kind: 'notebook', name: 'In [1]', text: 'x = 1' };
const api = { send: jest.fn() };
const now = { parts: [PART], session: null as string | null, isAsking: true };

function ahead(): ReadAhead {
  return new ReadAhead({
    api: api as never,
    parts: () => now.parts,
    session: () => now.session,
    isAsking: () => now.isAsking
  });
}

beforeEach(() => {
  api.send.mockReset();
  api.send.mockResolvedValue({});
  Object.assign(now, { parts: [PART], session: null, isAsking: true });
});

test('what would go along is read once, and again when it has changed', async () => {
  const reading = ahead();
  await reading.look();
  await reading.look();
  expect(api.send.mock.calls).toEqual([['POST', 'prepare', { context: [PART] }]]);
  now.parts = [PART, PART];
  await reading.look();
  expect(api.send).toHaveBeenCalledTimes(2);
});

test('it is read after what was said before in the conversation', async () => {
  now.session = 's1';
  await ahead().look();
  expect(api.send).toHaveBeenCalledWith('POST', 'sessions/s1/prepare', { context: [PART] });
});

test('nothing is read where nobody is about to ask, or nothing goes along', async () => {
  now.isAsking = false;
  await ahead().look();
  now.isAsking = true;
  now.parts = [];
  await ahead().look();
  expect(api.send).not.toHaveBeenCalled();
});

test('a server that was gone is told later', async () => {
  const reading = ahead();
  api.send.mockRejectedValueOnce(new Error('gone'));
  await reading.look();
  await reading.look();
  expect(api.send).toHaveBeenCalledTimes(2);
});
