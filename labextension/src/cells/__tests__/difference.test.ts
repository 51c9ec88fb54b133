import { difference, replacement } from '../difference';
import type { Row } from '../difference';

function shown(before: string, after: string): string[] {
  const signs = { added: '+', removed: '-', same: ' ' };
  return difference(before, after).rows.map((row: Row) =>
    row.kind === 'gap' ? `… ${row.lines}` : `${signs[row.kind]}${row.text}`
  );
}

test('what is removed stands before what is added', () => {
  expect(shown('a\nb\nc', 'a\nB\nc')).toEqual([' a', '-b', '+B', ' c']);
});

test('an empty cell has no line to remove', () => {
  expect(shown('', 'a\n\nb')).toEqual(['+a', '+', '+b']);
  expect(shown('a', '')).toEqual(['-a']);
});

test('the last line needs no end', () => {
  expect(difference('a\nb', 'a\nb\n')).toMatchObject({ added: 0, removed: 0 });
  expect(shown('a', 'a\nb')).toEqual([' a', '+b']);
});

test('spaces count', () => {
  expect(shown('if x:\ny', 'if x:\n    y')).toEqual([' if x:', '-y', '+    y']);
});

test('lines far from a change are not shown', () => {
  const lines = [...'abcdefghij'];
  const after = [...lines.slice(0, 5), 'new', ...lines.slice(5)];
  expect(shown(lines.join('\n'), after.join('\n'))).toEqual([
    '… 2', ' c', ' d', ' e', '+new', ' f', ' g', ' h', '… 2'
  ]);
});

test('changes are counted', () => {
  expect(difference('a\nb', 'c')).toMatchObject({ added: 1, removed: 2 });
});

function replaced(before: string, after: string): string {
  const { start, end, text } = replacement(before, after);
  return before.slice(0, start) + text + before.slice(end);
}

test.each([
  ['', 'a'], ['a', ''], ['aa', 'aaa'], ['abcabc', 'abc'], ['x', 'x'],
  ['print(maths.pi)', 'print(math.pi)'], ['👍', '👎'], ['a👍b', 'a👎b'], ['👍👍', '👍']
])('replacing a part of %p makes %p', (before, after) => {
  expect(replaced(before, after)).toBe(after);
});

test('only what differs is replaced', () => {
  expect(replacement('one two three', 'one 2 three')).toEqual({ start: 4, end: 7, text: '2' });
});

test('a character is not cut in two', () => {
  expect(replacement('👍', '👎')).toEqual({ start: 0, end: 2, text: '👎' });
  // The same second half: U+1F44D and U+1FC4D.
  expect(replacement('\u{1F44D}', '\u{1FC4D}')).toEqual({ start: 0, end: 2, text: '\u{1FC4D}' });
});

function words(before: string, after: string): string[] {
  return difference(before, after).rows.flatMap(row =>
    row.kind === 'gap' || row.pieces === undefined
      ? []
      : [row.pieces.map(each => (each.isNew ? `[${each.text}]` : each.text)).join('')]
  );
}

test('of a line that takes the place of another it is shown which words differ', () => {
  expect(words('a\nprint(maths.pi)\nb', 'a\nprint(math.pi)\nb')).toEqual([
    'print([maths].pi)', 'print([math].pi)'
  ]);
});

test('each place is compared by itself', () => {
  expect(words('x = 1\nsame\ny = 1', 'x = 2\nsame\ny = 2')).toHaveLength(4);
});

test('lines with nothing in common, or too many for each other, are not compared', () => {
  expect(words('abc', 'xyz')).toEqual([]);
  expect(words('x = 1', 'x = 2\nx = 3')).toEqual([]);
  expect(words(`x ${'a'.repeat(600)}`, 'x')).toEqual([]);
});
