import { unreachable } from '../../api';
import { DEBOUNCE_MS, PAGE, Search } from '../search';
import { hit, settle } from './sessions-fixtures';

let api: { search: jest.Mock };
let search: Search;

beforeEach(() => {
  jest.useFakeTimers();
  api = { search: jest.fn().mockResolvedValue({ hits: [hit('1')], next: null }) };
  search = new Search(api);
});

afterEach(() => {
  search.dispose();
  jest.useRealTimers();
});

async function typed(text: string): Promise<void> {
  search.type(text);
  jest.advanceTimersByTime(DEBOUNCE_MS);
  await settle();
}

test('it waits for the end of typing', async () => {
  search.type('p');
  search.type('pa');
  jest.advanceTimersByTime(DEBOUNCE_MS - 1);
  search.type('pan');
  jest.advanceTimersByTime(DEBOUNCE_MS - 1);
  expect(api.search).not.toHaveBeenCalled();
  expect(search.state.isSearching).toBe(true);
  jest.advanceTimersByTime(1);
  await settle();
  expect(api.search.mock.calls.map(call => call[0])).toEqual([
    { query: 'pan', limit: PAGE, start: 0 }
  ]);
  expect(search.state.hits).toHaveLength(1);
  expect(search.state.isSearching).toBe(false);
});

test('spaces around the words are no new question', async () => {
  await typed('pan');
  await typed(' pan ');
  expect(api.search).toHaveBeenCalledTimes(1);
});

test('an answer to an older question is neither awaited nor shown', async () => {
  let late!: (page: object) => void;
  api.search.mockReturnValueOnce(new Promise(resolve => (late = resolve)));
  await typed('old');
  const signal = api.search.mock.calls[0][1] as AbortSignal;
  expect(signal.aborted).toBe(false);
  await typed('new');
  expect(signal.aborted).toBe(true);
  late({ hits: [hit('8'), hit('9')], next: 5 });
  await settle();
  expect(search.state.hits.map(each => each.message_id)).toEqual(['1']);
  expect(search.state.hasMore).toBe(false);
});

test('a question that is given up on is no failure', async () => {
  api.search.mockImplementationOnce(
    (_: object, signal: AbortSignal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(unreachable(null)));
      })
  );
  await typed('old');
  await typed('');
  expect(search.state).toMatchObject({ query: '', hits: [], problem: null, isSearching: false });
});

test('hits come in pages', async () => {
  api.search.mockResolvedValueOnce({ hits: [hit('1')], next: 20 });
  await typed('pan');
  expect(search.state.hasMore).toBe(true);
  api.search.mockResolvedValueOnce({ hits: [hit('2')], next: null });
  search.more();
  search.more();
  await settle();
  expect(api.search.mock.calls.map(call => call[0].start)).toEqual([0, 20]);
  expect(search.state.hits.map(each => each.message_id)).toEqual(['1', '2']);
  search.more();
  expect(api.search).toHaveBeenCalledTimes(2);
});

test('a search that fails says why, and can be made again', async () => {
  await typed('other');
  api.search.mockRejectedValueOnce(unreachable(null));
  await typed('pan');
  expect(search.state.problem?.code).toBe('server_unreachable');
  expect(search.state.hits).toEqual([]);
  search.again();
  await settle();
  expect(search.state.problem).toBeNull();
  expect(search.state.hits).toHaveLength(1);
});

test('what was found in a session goes with it', async () => {
  await typed('pan');
  search.drop('s1');
  expect(search.state.hits).toEqual([]);
});
