import { nullTranslator } from '@jupyterlab/translation';

import type { CellData } from '../../cell-data';
import type { KernelFacts } from '../kernel-facts';
import { escaped, mentionsIn } from '../mention';
import { Mentioned } from '../mentioned';
import { found, targetOf } from '../naming';
import type { Workplace } from '../workplace';

function targets(question: string): string[] {
  return mentionsIn(question).map(each => `${each.kind} ${each.target}`);
}

test.each([
  ['What is @var:df?', ['var df']],
  ['(@cell:3), @cell:#4.', ['cell 3', 'cell #4']],
  ['@file:a/b.csv and @file:a/b.csv', ['file a/b.csv']],
  ['@file:my\\ data/a.csv', ['file my data/a.csv']],
  ['joe@file:x.org and @other:x', []],
  ['@file: @var:', []],
  ['see `@var:df`', ['var df']]
])('%s', (question, expected) => {
  expect(targets(question)).toEqual(expected);
});

test('what is escaped is found again', () => {
  for (const target of ['a b.csv', 'a\\b', ' a', 'plain']) {
    expect(targets(`@file:${escaped(target)} x`)).toEqual([`file ${target}`]);
  }
});

function cell(place: number, count: number | null): CellData {
  return { id: `id${place}`, type: 'code', source: `c${place}`, count, place, outputs: [] };
}

const CELLS = [cell(1, 3), cell(2, null), cell(3, 3)];

test('cells are found by number, place and id', () => {
  expect(found(CELLS, '3')?.place).toBe(3);
  expect(found(CELLS, '#2')?.place).toBe(2);
  expect(found(CELLS, 'id1')?.place).toBe(1);
  expect([found(CELLS, '2'), found(CELLS, '#9'), found(CELLS, '#x')]).toEqual(
    [undefined, undefined, undefined]
  );
  expect(CELLS.map(targetOf)).toEqual(['3', '#2', '3']);
});

const trans = nullTranslator.load('');
const FILES: Record<string, object> = {
  'a.txt': { type: 'file', size: 5, format: 'text', content: 'hello' },
  'n.ipynb': {
    type: 'notebook', size: 50, format: 'json',
    content: { cells: [{ source: ['a\n', 'b'] }, { source: '' }, {}, { source: 'c' }] }
  },
  folder: { type: 'directory' },
  'odd.dat': { type: 'file', size: 5, format: 'base64', content: 'aGVsbG8=' },
  'big.csv': { type: 'file', size: 5e6 }
};

function mentioned(facts: Partial<KernelFacts> = {}): Mentioned {
  const content = Object.entries(FILES).map(([name, file]) => ({ ...file, name }));
  const contents = {
    get: async (path: string) =>
      path === '' ? { content } : (FILES[path] ?? Promise.reject(new Error('404')))
  };
  const workplace = { cells: CELLS, notebook: {} } as unknown as Workplace;
  return new Mentioned({
    workplace, trans, contents: contents as never, facts: facts as KernelFacts
  });
}

test('what is named comes along, and what cannot is told with its reason', async () => {
  const question =
    '@file:a.txt @file:n.ipynb @file:none @file:folder @file:odd.dat @file:big.csv @file:x.png @cell:3 @cell:9';
  expect(await mentioned().collect(question)).toEqual({
    parts: [
      { kind: 'file', name: 'a.txt', text: 'hello' },
      { kind: 'file', name: 'n.ipynb', text: 'a\nb\n\nc' },
      { kind: 'cell', name: 'In [3]', text: 'c3' }
    ],
    failed: [
      '@file:none (there is no such file)',
      '@file:folder (it is a folder; name a file in it)',
      '@file:odd.dat (it is not a text file)',
      '@file:big.csv (the file is too large; select a part of it instead)',
      '@file:x.png (it is not a text file)',
      '@cell:9 (the notebook has no such cell)'
    ]
  });
});

test('variables are asked of the kernel by name', async () => {
  const part = { kind: 'variables' as const, name: 'df', text: 'df is …' };
  const facts = jest.fn(async (_: string, names: readonly string[] | null) =>
    names?.[0] === 'df' ? [part] : []
  );
  expect(await mentioned({ facts }).collect('@var:df @var:x')).toEqual({
    parts: [part],
    failed: ['@var:x (the kernel has no such variable)']
  });
});
