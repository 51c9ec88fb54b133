import { readFileSync, readdirSync } from 'fs';
import { join, relative } from 'path';

const SOURCES = join(__dirname, '..');
/** Text between tags, and attributes that are read or seen, written as they are. */
const BARE = [
  />\s*([A-Za-z][^<>{}=;()]*[A-Za-z.!?…])\s*<\//g,
  /\b(?:title|label|placeholder|alt|aria-label)="([^"]*[A-Za-z][^"]*)"/g,
  /\b(?:title|label|tooltip|caption|placeholder): '([^']*[a-z] [^']*)'/g
];

function bareIn(text: string, patterns: readonly RegExp[]): string[] {
  return patterns.flatMap(each => [...text.matchAll(each)].map(hit => hit[1]));
}

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(each => {
    const path = join(folder, each.name);
    if (each.isDirectory()) {
      return each.name === '__tests__' ? [] : files(path);
    }
    return /\.tsx?$/.test(each.name) ? [path] : [];
  });
}

test('everything that is seen or read goes through the translator', () => {
  const found = files(SOURCES).flatMap(path => {
    const text = readFileSync(path, 'utf8');
    const patterns = path.endsWith('.tsx') ? BARE : BARE.slice(1);
    return bareIn(text, patterns).map(each => `${relative(SOURCES, path)}: ${each}`);
  });
  expect(found).toEqual([]);
});

test('what does not go through it is found', () => {
  const text = `<p>Bare text</p><b title="Bare title">{trans.__('good')}</b> { label: 'Bare too' }`;
  expect(bareIn(text, BARE)).toEqual(['Bare text', 'Bare title', 'Bare too']);
});
