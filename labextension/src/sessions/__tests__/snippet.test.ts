import { pieces } from '../snippet';

function marked(text: string, ...ranges: [number, number][]): string {
  return pieces(text, ranges)
    .map(each => (each.isFound ? `[${each.text}]` : each.text))
    .join('');
}

test('the words that were found are set apart', () => {
  expect(marked('pass dropna here', [5, 11])).toBe('pass [dropna] here');
  expect(marked('one two', [4, 7], [0, 3])).toBe('[one] [two]');
});

test('places are of code points, not of half characters', () => {
  expect(marked('👩‍🔬 😀 found', [6, 11])).toBe('👩‍🔬 😀 [found]');
});

test('places that make no sense do no harm', () => {
  expect(marked('text', [2, 99], [3, 1], [-2, 1])).toBe('[t]e[xt]');
  expect(marked('', [0, 3])).toBe('');
});
