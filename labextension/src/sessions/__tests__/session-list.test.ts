import { unreachable } from '../../api';
import { PAGE, SessionList } from '../session-list';
import { session, settle } from './sessions-fixtures';

let api: { sessions: jest.Mock; changeSession: jest.Mock };
let list: SessionList;

beforeEach(() => {
  api = { sessions: jest.fn(), changeSession: jest.fn() };
  list = new SessionList(api);
});

function replies(ids: string, next: number | null = null): void {
  const sessions = ids.split(' ').map(each => session(each));
  api.sessions.mockResolvedValueOnce({ sessions, next });
}

function shown(): string {
  return list.state.sessions.map(each => each.id).join(' ');
}

async function read(): Promise<void> {
  replies('a b', 7);
  await list.refresh();
}

test('pages follow one another', async () => {
  await read();
  expect(list.state.hasMore).toBe(true);
  replies('c d');
  await list.more();
  expect(shown()).toBe('a b c d');
  expect(list.state.hasMore).toBe(false);
  expect(api.sessions.mock.calls).toEqual([[{ limit: PAGE }], [{ limit: PAGE, before: 7 }]]);
});

test('no page is read twice at once, and none after the last', async () => {
  await read();
  replies('c d');
  await Promise.all([list.more(), list.more()]);
  await list.more();
  expect(api.sessions).toHaveBeenCalledTimes(2);
});

test('what has been read stays when the beginning is read again', async () => {
  await read();
  replies('c d', 3);
  await list.more();
  replies('x a', 8);
  await list.refresh();
  expect(shown()).toBe('x a b c d');
  replies('e');
  await list.more();
  expect(api.sessions).toHaveBeenLastCalledWith({ limit: PAGE, before: 3 });
  expect(shown()).toBe('x a b c d e');
});

test('a session that was used since is not shown twice', async () => {
  await read();
  replies('b c');
  await list.more();
  expect(shown()).toBe('a b c');
});

test('an answer that is out of date is not shown', async () => {
  let late!: (page: object) => void;
  api.sessions.mockReturnValueOnce(new Promise(resolve => (late = resolve)));
  const first = list.refresh();
  await read();
  late({ sessions: [session('old')], next: null });
  await first;
  expect(shown()).toBe('a b');
  expect(list.state.isLoading).toBe(false);
});

test('a list that cannot be read says why, and keeps what it had', async () => {
  await read();
  api.sessions.mockRejectedValueOnce(unreachable(null));
  await list.refresh();
  expect(list.state.problem?.code).toBe('server_unreachable');
  expect(shown()).toBe('a b');
});

test('a new name is shown before the server has it', async () => {
  await read();
  api.changeSession.mockResolvedValueOnce(session('a', { title: 'new' }));
  const renaming = list.rename('a', '  new ');
  expect(list.find('a')?.title).toBe('new');
  expect(await renaming).toBe(true);
  expect(api.changeSession).toHaveBeenCalledWith('a', { title: 'new' });
});

test('a name that the server does not take is taken back', async () => {
  await read();
  api.changeSession.mockRejectedValueOnce(unreachable(null));
  expect(await list.rename('a', 'new')).toBe(false);
  expect(list.find('a')?.title).toBe('title a');
  expect(list.state.problem).not.toBeNull();
});

test('no name, or the same, is no change', async () => {
  await read();
  await list.rename('a', ' ');
  await list.rename('a', 'title a');
  await list.rename('gone', 'x');
  await settle();
  expect(api.changeSession).not.toHaveBeenCalled();
});
