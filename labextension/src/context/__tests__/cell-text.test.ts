import type { CellData, Output } from '../../cell-data';
import { chosenCell, notebookCells } from '../cell-text';
import { NOTEBOOK_CHARS, OUTPUT_CHARS } from '../../limits';

function cell(change: Partial<CellData> = {}): CellData {
  return { id: 'a', type: 'code', source: 'x', count: 1, place: 1, outputs: [], ...change };
}

function result(text: string): Output {
  return { output_type: 'execute_result', data: { 'text/plain': text } };
}

const ERROR: Output = {
  output_type: 'error', ename: 'KeyError', evalue: "'a'",
  traceback: ['\u001b[31mKeyError\u001b[0m Traceback', "\u001b[1mKeyError\u001b[22m: 'a'"]
};

test('a cell is its source and what it has shown, under its number', () => {
  const outputs: Output[] = [{ output_type: 'stream', text: ['a\n', 'b\n'] }, result('3')];
  const cells = [cell({ source: '\nx + 1\n', count: 7, outputs })];
  expect(notebookCells(cells, 0)).toEqual([
    { kind: 'notebook', name: 'In [7]', text: 'x + 1\nOut: a\nb\n3' }
  ]);
});

test('a cell that has not run is called by its place', () => {
  expect(notebookCells([cell({ count: null, place: 4 })], 0)[0].name).toBe('number 4');
});

test('empty cells say nothing', () => {
  expect(notebookCells([cell({ source: ' \n' })], 0)).toEqual([]);
  expect(chosenCell(cell({ source: '' }))).toEqual([]);
});

test('the chosen cell comes with its error', () => {
  expect(chosenCell(cell({ source: 'd["a"]', outputs: [ERROR] }))).toEqual([
    { kind: 'cell', name: 'In [1]', text: 'd["a"]' },
    { kind: 'error', name: 'in In [1]', text: "KeyError Traceback\nKeyError: 'a'" }
  ]);
});

test('colours and lines that were written over are left out', () => {
  const outputs: Output[] = [{ output_type: 'stream', text: '10%\r50%\r100%\n\u001b[32mok\u001b[0m' }];
  expect(notebookCells([cell({ outputs })], 0)[0].text).toBe('x\nOut: 100%\nok');
});

test('pictures are named, other data is not sent', () => {
  const data = { 'image/png': 'iVBOR', 'text/plain': '<Figure>' };
  const outputs: Output[] = [{ data }, { data: { 'text/html': '<b>1</b>' } }];
  expect(notebookCells([cell({ outputs })], 0)[0].text).toBe('x\nOut: <Figure>\n(a picture)');
});

test('long outputs keep both ends', () => {
  const text = `begin${'.'.repeat(5000)}end`;
  const [{ text: shown }] = notebookCells([cell({ outputs: [result(text)] })], 0);
  expect(shown.length).toBeLessThan(OUTPUT_CHARS + 30);
  expect(shown).toMatch(/^x\nOut: begin/);
  expect(shown).toMatch(/end$/);
});

test('of a long notebook the nearest cells are sent, in their order', () => {
  const cells = Array.from({ length: 100 }, (_, index) =>
    cell({ source: `${index}`.padEnd(500, '.'), count: index + 1, place: index + 1 })
  );
  const names = notebookCells(cells, 50).map(each => Number((each.name ?? '').replace(/\D/g, '')));
  expect(names).toHaveLength(NOTEBOOK_CHARS / 500);
  expect(names).toContain(51);
  expect(names).toEqual([...names].sort((a, b) => a - b));
  expect(names[names.length - 1] - names[0]).toBe(names.length - 1);
  // What stands above says more.
  expect(51 - names[0]).toBeGreaterThan(names[names.length - 1] - 51);
});

test('of a short notebook all cells are sent, wherever the person is', () => {
  const cells = [1, 2, 3].map(place => cell({ place, count: place }));
  expect(notebookCells(cells, 2)).toEqual(notebookCells(cells, 0));
  expect(notebookCells(cells, -1)).toHaveLength(3);
});

test('hostile outputs are read as far as they make sense', () => {
  const outputs = [
    {}, { output_type: 'stream' }, { data: { 'text/plain': 3 } }, { output_type: 'error' }
  ] as Output[];
  expect(chosenCell(cell({ outputs }))).toEqual([{ kind: 'cell', name: 'In [1]', text: 'x' }]);
});
