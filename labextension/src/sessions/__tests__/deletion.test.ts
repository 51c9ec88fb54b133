import { ApiError, unreachable } from '../../api';
import type { ErrorBody } from '../../protocol';
import { Deletion, UNDO_MS } from '../deletion';
import { session, settle } from './sessions-fixtures';

let api: { deleteSession: jest.Mock };
let deletion: Deletion;
let told: string[];
let problems: ErrorBody[];

beforeEach(() => {
  jest.useFakeTimers();
  api = { deleteSession: jest.fn().mockResolvedValue(undefined) };
  deletion = new Deletion(api);
  told = [];
  problems = [];
  deletion.changed.connect((_, change) => told.push(`${change.session.id} ${change.stage}`));
  deletion.failed.connect((_, problem) => problems.push(problem));
});

afterEach(() => {
  deletion.dispose();
  jest.useRealTimers();
});

test('the server is asked when it can no more be undone', async () => {
  deletion.delete(session('a'));
  expect(deletion.waiting?.id).toBe('a');
  jest.advanceTimersByTime(UNDO_MS - 1);
  expect(api.deleteSession).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  await settle();
  expect(api.deleteSession).toHaveBeenCalledWith('a', false);
  expect(told).toEqual(['a waiting', 'a gone']);
  expect(deletion.waiting).toBeNull();
});

test('what is undone is never deleted', async () => {
  deletion.delete(session('a'));
  deletion.undo();
  jest.advanceTimersByTime(2 * UNDO_MS);
  window.dispatchEvent(new Event('pagehide'));
  await settle();
  expect(api.deleteSession).not.toHaveBeenCalled();
  expect(told).toEqual(['a waiting', 'a kept']);
});

test('another one that is deleted makes the first final', async () => {
  deletion.delete(session('a'));
  deletion.delete(session('b'));
  expect([deletion.isLeaving('a'), deletion.isLeaving('b')]).toEqual([true, false]);
  await settle();
  expect(deletion.isLeaving('a')).toBe(false);
  expect(api.deleteSession.mock.calls).toEqual([['a', false]]);
  expect(deletion.waiting?.id).toBe('b');
});

test('a page that closes still deletes', () => {
  deletion.delete(session('a'));
  window.dispatchEvent(new Event('pagehide'));
  expect(api.deleteSession).toHaveBeenCalledWith('a', true);
});

test('a session that cannot be deleted is kept, and it is said why', async () => {
  api.deleteSession.mockRejectedValueOnce(unreachable(null));
  deletion.delete(session('a'));
  deletion.commit();
  await settle();
  expect(told).toEqual(['a waiting', 'a kept']);
  expect(problems.map(each => each.code)).toEqual(['server_unreachable']);
});

test('one that is gone already is gone', async () => {
  const body = { code: 'not_found', message: '', hint: '', retryable: false };
  api.deleteSession.mockRejectedValueOnce(new ApiError(body, 404));
  deletion.delete(session('a'));
  deletion.commit();
  await settle();
  expect(told).toEqual(['a waiting', 'a gone']);
  expect(problems).toEqual([]);
});
