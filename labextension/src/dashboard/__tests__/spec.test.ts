import { nullTranslator } from '@jupyterlab/translation';

import { NOON, series } from './samples';
import { specOf, titleOf, unitOf } from '../spec';

const trans = nullTranslator.load('');
const PALETTE = { text: '#111', grid: '#222', first: '#333', second: '#444' };

type Drawn = {
  data: { values: { at: number; value: number; what?: string; end?: number }[] };
  encoding: Record<string, { scale?: { domain?: number[] }; title?: string; field?: string }>;
  background: string;
};

function drawn(figure: Parameters<typeof series>[0], ...values: number[]): Drawn {
  return specOf(series(figure, ...values), PALETTE, trans) as unknown as Drawn;
}

test('times are drawn as median and 95th percentile, as the server gave them', () => {
  const { data, encoding } = drawn('first_token_ms', 100, 300);
  expect(data.values.map(each => each.value)).toEqual([100, 200, 300, 600]);
  expect(data.values[0].at).toBe(NOON * 1000);
  expect(encoding.y.title).toBe('milliseconds');
  // Told apart by more than their colour.
  expect(encoding.shape.field).toBe('what');
});

test('long times are drawn in seconds', () => {
  expect(unitOf(series('first_token_ms', 600), trans)).toEqual({ unit: 'seconds', factor: 0.001 });
  expect(drawn('first_token_ms', 600).data.values[1].value).toBeCloseTo(1.2);
});

test('shares are drawn in percent, of all there can be', () => {
  const { data, encoding } = drawn('cached_share', 0.25);
  expect(data.values[0].value).toBe(25);
  expect(encoding.y.scale!.domain).toEqual([0, 100]);
});

test('how many answers there were is a bar from the beginning of its time to the end', () => {
  const { data, encoding } = drawn('total_ms', 12);
  expect(data.values[0]).toMatchObject({ value: 2, end: (NOON + 3600) * 1000 });
  expect(encoding.x2.field).toBe('end');
  expect(titleOf(series('total_ms'), trans)).toBe('Answers an hour');
});

test('the axis is that of the period that was asked for', () => {
  expect(drawn('quality', 50).encoding.x.scale!.domain).toEqual([
    NOON * 1000,
    (NOON + 86_400) * 1000
  ]);
});

test('colours are those of the theme', () => {
  const text = JSON.stringify(specOf(series('quality', 50), PALETTE, trans));
  for (const colour of ['#111', '#222', '#333']) {
    expect(text).toContain(colour);
  }
  expect(drawn('quality', 50).background).toBe('transparent');
});
