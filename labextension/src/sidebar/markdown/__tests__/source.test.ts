import { blocksOf } from '../blocks';
import { LESS, prepared } from '../source';

test('HTML becomes text, but not in code', () => {
  expect(prepared('a <b> `<c>` ``<d> ` <e>``')).toBe(`a ${LESS}b> \`<c>\` \`\`<d> \` <e>\`\``);
  expect(prepared('<x>\n```html\n<b>\n```\n<y>')).toBe(`${LESS}x>\n\`\`\`html\n<b>\n\`\`\`\n${LESS}y>`);
});

test('an address in brackets stays one', () => {
  expect(prepared('see <https://x.org/a>')).toBe('see https://x.org/a');
});

test('formulas get the delimiters that the renderer knows', () => {
  expect(prepared('so \\(a < b\\)')).toBe(`so $a ${LESS} b$`);
  expect(prepared('\\[\nx\n\\]')).toBe('$$\nx\n$$');
  expect(prepared('`\\(a\\)`')).toBe('`\\(a\\)`');
  expect(prepared('a \\\\[2pt] b')).toBe('a \\\\[2pt] b');
});

test('diagrams are shown, not drawn', () => {
  expect(prepared('```mermaid\ngraph\n```')).toBe('```text\ngraph\n```');
  expect(prepared('> ~~~ Mermaid\n> x\n> ~~~')).toContain('text');
});

test('the stand-in for a tag cannot be written by the model', () => {
  expect(prepared(`${LESS}b>`)).toBe('\uFFFDb>');
});

const TEXTS = [
  '',
  'a\n\nb',
  'a\n\n```python\nx\n\ny\n```\n\nb',
  '1. a\n\n2. b\n\nc',
  '- a\n\n  more\n\n- b\n\n# c',
  '$$\n\na\n\n$$\n\nb',
  '~~~~\n```\n\n~~~\n\n~~~~\n\nend',
  'a\n\n\n\nb\n\n'
];

test.each(TEXTS)('blocks are the text: %j', text => {
  expect(blocksOf(text).join('\n')).toBe(text);
});

test('code, lists and formulas stay in one piece', () => {
  expect(blocksOf(TEXTS[2])).toHaveLength(3);
  expect(blocksOf(TEXTS[3])).toEqual(['1. a\n\n2. b\n', 'c']);
  expect(blocksOf(TEXTS[4])).toEqual(['- a\n\n  more\n\n- b\n', '# c']);
  expect(blocksOf(TEXTS[5])).toEqual(['$$\n\na\n\n$$\n', 'b']);
  expect(blocksOf(TEXTS[6])).toHaveLength(2);
});

test('while a text grows, only the last two blocks can change', () => {
  const text = TEXTS.join('\n\n');
  let before: string[] = [];
  for (let length = 0; length <= text.length; length++) {
    const blocks = blocksOf(text.slice(0, length));
    const settled = before.slice(0, -2);
    expect(blocks.slice(0, settled.length)).toEqual(settled);
    before = blocks;
  }
});

test('with definitions of links the text stays whole', () => {
  expect(blocksOf('[a][b]\n\n[b]: https://x.org')).toHaveLength(1);
});
