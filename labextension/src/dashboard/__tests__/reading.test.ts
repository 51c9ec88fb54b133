import type { Api } from '../../api';
import { EVERYTHING } from '../filters';
import { read } from '../reading';
import { NOON, series, snapshot, summary } from './samples';

const given = snapshot();
const ANSWERS: Record<string, number> = { tiny: 3, large: 2, forgotten: 0 };

let asked: (string | undefined)[];
let used: string[];

async function get(path: string, query: Record<string, string | undefined> = {}): Promise<unknown> {
  switch (path) {
    case 'metrics/summary': {
      asked.push(query.model);
      const answers = query.model === undefined ? 5 : ANSWERS[query.model];
      return summary({ counts: { ...given.summary.counts, answers } });
    }
    case 'metrics/series':
      return series(query.figure as never, 1);
    case 'metrics/usage':
      return { ...given.usage, models: used.map(model => ({ model, answers: 1 })) };
    default:
      return { sessions: [], next: null };
  }
}

const api = {
  get,
  status: async () => given.status,
  models: async () => given.models
} as unknown as Api;

beforeEach(() => {
  [asked, used] = [[], ['tiny', 'large', 'forgotten']];
});

test('models that have answered what was chosen are compared', async () => {
  const { byModel } = await read(api, EVERYTHING, null, NOON);
  expect(byModel.map(each => [each.model, each.summary.counts.answers])).toEqual([
    ['tiny', 3],
    ['large', 2]
  ]);
});

test('one that is chosen, or the only one, has nothing to be compared with', async () => {
  const { byModel } = await read(api, { ...EVERYTHING, model: 'tiny' }, null, NOON);
  used = ['tiny'];
  const alone = await read(api, EVERYTHING, null, NOON);
  expect([byModel, alone.byModel]).toEqual([[], []]);
  expect(asked).toEqual(['tiny', undefined]);
});

test('a great many models are not all asked for', async () => {
  used = Array.from({ length: 40 }, (_, number) => `model-${number}`);
  await read(api, EVERYTHING, null, NOON);
  expect(asked).toHaveLength(1 + 8);
});
