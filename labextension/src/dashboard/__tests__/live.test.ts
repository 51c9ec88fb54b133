import type { Api } from '../../api';
import { LiveFigures } from '../live';
import { DRAWN } from '../reading';
import { series, snapshot, summary } from './samples';

let asked: string[];
let answers: number;
let isDown: boolean;
let isLookedAt: boolean;
let live: LiveFigures;

const given = snapshot();

async function get(path: string, query: Record<string, string> = {}): Promise<unknown> {
  asked.push(path);
  if (isDown) {
    throw new Error('down');
  }
  switch (path) {
    case 'metrics/summary':
      return summary({ counts: { ...given.summary.counts, answers } });
    case 'metrics/series':
      return series(query.figure as never, 1);
    case 'metrics/usage':
      return given.usage;
    case 'settings':
      return given.settings;
    default:
      return { sessions: [], next: null };
  }
}

function times(path: string): number {
  return asked.filter(each => each === path).length;
}

async function pass(ms: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(ms);
}

beforeEach(() => {
  jest.useFakeTimers({ now: 1_800_000_100_000 });
  [asked, answers, isDown, isLookedAt] = [[], 1, false, true];
  const api = { get, status: async () => given.status, models: async () => given.models };
  live = new LiveFigures(api as unknown as Api, () => isLookedAt);
});

afterEach(() => {
  live.dispose();
  jest.useRealTimers();
});

test('it is read at once, and kept up to date', async () => {
  await pass(100);
  expect(live.snapshot!.summary.counts.answers).toBe(1);
  answers = 2;
  await pass(5500);
  expect(live.snapshot!.summary.counts.answers).toBe(2);
});

test('what is drawn is read again only after there were answers', async () => {
  await pass(100);
  expect(times('metrics/series')).toBe(DRAWN.length);
  await pass(11_000);
  expect(times('metrics/summary')).toBeGreaterThanOrEqual(3);
  expect(times('metrics/series')).toBe(DRAWN.length);
  answers = 2;
  await pass(5500);
  expect(times('metrics/series')).toBe(2 * DRAWN.length);
});

test('nothing is asked for while nobody looks', async () => {
  isLookedAt = false;
  await pass(60_000);
  expect(asked).toEqual([]);
});

test('another choice is read at once', async () => {
  await pass(100);
  live.choose({ period: 'hour' });
  expect(live.isBehind).toBe(true);
  await pass(100);
  expect(live.isBehind).toBe(false);
  expect(live.snapshot!.filters.period).toBe('hour');
});

test('why one choice could not be read is not said of the next', async () => {
  isDown = true;
  await pass(100);
  expect(live.problem).not.toBeNull();
  isDown = false;
  live.choose({ session: null });
  expect(live.problem).toBeNull();
  await pass(100);
  expect(live.isBehind).toBe(false);
});

test('after a failure the figures stay, and it is tried again ever less', async () => {
  await pass(100);
  isDown = true;
  await pass(300_000);
  expect(live.problem).toBeInstanceOf(Error);
  expect(live.snapshot).not.toBeNull();
  expect(times('metrics/summary')).toBeLessThan(25);
  isDown = false;
  void live.refresh();
  await pass(100);
  expect(live.problem).toBeNull();
});
