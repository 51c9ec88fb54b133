import { nullTranslator } from '@jupyterlab/translation';

import { NONE } from '../../quantities';
import { cards } from '../cards';
import type { CardContent } from '../cards';
import { figure, summary } from './samples';

const trans = nullTranslator.load('');

function found(name: string, of = summary()): CardContent {
  return cards(of, trans).find(each => each.name === name)!;
}

test.each([
  ['Answers', '5'],
  ['Time to first token', '450 ms'],
  ['Time per token', '8.3 ms'],
  ['Speed', '121.2 tokens/s'],
  ['Time of an answer', '12.3 s'],
  ['Quality', '78 of 100'],
  ['Decided by the model', '96 %'],
  ['From the cache', '25 %'],
  ['Tokens', '1,234']
])('%s: %s', (name, value) => {
  expect(found(name).value).toBe(value);
});

test('percentiles are named and have their unit', () => {
  expect(found('Time to first token').parts).toEqual([
    { name: 'average', value: '450 ms' },
    { name: '95 % are below', value: '900 ms' },
    { name: '99 % are below', value: '1.4 s' },
    { name: 'answers measured', value: '3' }
  ]);
});

test('only what became of some answers is told', () => {
  const names = found('Answers').parts.map(each => each.name);
  expect(names).toEqual(['complete', 'stopped', 'failed']);
});

test('what is not there is a dash, never a zero', () => {
  const nothing = figure(null);
  const empty = summary({ quality: nothing, token_ms: nothing, cached_share: null });
  for (const name of ['Quality', 'Time per token', 'From the cache']) {
    expect(found(name, empty).value).toBe(NONE);
  }
});
