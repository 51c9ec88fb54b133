import { nullTranslator } from '@jupyterlab/translation';

import { InputModel } from '../../chat-compat';
import type { CellData } from '../../cell-data';
import { NamesProvider } from '../names-provider';

const FOLDERS: Record<string, object[]> = {
  '': [
    { name: 'b.csv', type: 'file', size: 2400 },
    { name: 'my data', type: 'directory' },
    { name: 'a.png', type: 'file', size: 1 },
    { name: 'abc.py', type: 'file', size: 10 }
  ],
  'my data': [{ name: 'x.txt', type: 'file', size: null }]
};

function cell(place: number, count: number | null, source: string): CellData {
  return { id: `${place}`, type: 'code', source, count, place, outputs: [] };
}

const names = jest.fn();
const provider = new NamesProvider({
  workplace: { cells: [cell(1, 2, 'import x\ny'), cell(2, null, 'z'), cell(3, null, '')] } as never,
  facts: { names } as never,
  contents: {
    get: async (path: string) =>
      path in FOLDERS ? { content: FOLDERS[path] } : Promise.reject(new Error('404'))
  } as never,
  trans: nullTranslator.load('')
});

async function offered(text: string): Promise<string[]> {
  const input = new InputModel({ chatContext: {} as never, onSend: () => undefined });
  input.value = text;
  input.cursorIndex = text.length;
  const found = await provider.listCommandCompletions(input);
  return found.map(each => [each.name, each.description].join(' | '));
}

test('what can be named', async () => {
  expect(await offered('see @')).toEqual([
    '@file: | a file of the server',
    '@cell: | a cell of the notebook',
    '@var: | a variable of the kernel'
  ]);
  expect(await offered('@c')).toEqual(['@cell: | a cell of the notebook']);
  expect(await offered('see')).toEqual([]);
});

test('files, folders first, without those that have no text', async () => {
  expect(await offered('@file:')).toEqual([
    '@file:my\\ data/ | folder', '@file:abc.py | 1 kB', '@file:b.csv | 2 kB'
  ]);
  expect(await offered('@file:b')).toEqual(['@file:b.csv | 2 kB', '@file:abc.py | 1 kB']);
  expect(await offered('@file:my\\ data/')).toEqual(['@file:my\\ data/x.txt | ']);
  expect(await offered('@file:none/x')).toEqual(['@file: | The folder could not be read.']);
});

test('cells by number or place, with their first line', async () => {
  expect(await offered('@cell:')).toEqual(['@cell:2 | import x', '@cell:#2 | z']);
});

test('variables with their types, or why there are none', async () => {
  names.mockResolvedValueOnce([{ name: 'df', type: 'DataFrame' }, { name: 'x', type: 'int' }]);
  expect(await offered('@var:d')).toEqual(['@var:df | DataFrame']);
  names.mockRejectedValueOnce(new Error('A cell is running.'));
  expect(await offered('@var:')).toEqual(['@var: | A cell is running.']);
});

test('a slow answer is about the word that stands there by then', async () => {
  const input = new InputModel({ chatContext: {} as never, onSend: () => undefined });
  const type = (text: string): void => {
    input.value = text;
    input.cursorIndex = text.length;
  };
  type('@file:b');
  const slow = provider.listCommandCompletions(input);
  type('@file:my\\ data/');
  expect((await slow).map(each => each.name)).toEqual(['@file:my\\ data/x.txt']);
});
