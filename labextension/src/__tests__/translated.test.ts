import { sources } from './sources';

/** Text between tags, and attributes that are read or seen, written as they are. */
const BARE = [
  />\s*([A-Za-z][^<>{}=;()]*[A-Za-z.!?…])\s*<\//g,
  /\b(?:title|label|placeholder|alt|aria-label)="([^"]*[A-Za-z][^"]*)"/g,
  /\b(?:title|label|tooltip|caption|placeholder): '([^']*[a-z] [^']*)'/g
];

function bareIn(text: string, patterns: readonly RegExp[]): string[] {
  return patterns.flatMap(each => [...text.matchAll(each)].map(hit => hit[1]));
}

test('everything that is seen or read goes through the translator', () => {
  const found = sources().flatMap(([path, text]) => {
    const patterns = path.endsWith('.tsx') ? BARE : BARE.slice(1);
    return bareIn(text, patterns).map(each => `${path}: ${each}`);
  });
  expect(found).toEqual([]);
});

test('what does not go through it is found', () => {
  const text = `<p>Bare text</p><b title="Bare title">{trans.__('good')}</b> { label: 'Bare too' }`;
  expect(bareIn(text, BARE)).toEqual(['Bare text', 'Bare title', 'Bare too']);
});
