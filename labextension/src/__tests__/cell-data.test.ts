import { dataOf, lastError, nameOf, textOfError } from '../cell-data';
import type { Output } from '../cell-data';

const ERROR: Output = {
  output_type: 'error', ename: 'KeyError', evalue: "'a'",
  traceback: ['\u001b[31mKeyError\u001b[0m Traceback', "\u001b[1mKeyError\u001b[22m: 'a'"]
};

/** A cell's model, with what is read of it. */
function model(type: string, outputs: readonly Output[] = []): never {
  return {
    id: 'a',
    type,
    sharedModel: { getSource: () => 'x' },
    executionCount: 7,
    outputs: {
      length: outputs.length,
      get: (index: number) => ({ toJSON: () => outputs[index] })
    }
  } as never;
}

test('a cell is called by its number, or by its place if it has not run', () => {
  expect(nameOf(dataOf(model('code'), 3))).toBe('In [7]');
  expect(nameOf(dataOf(model('markdown'), 3))).toBe('number 3');
});

test('what is neither code nor Markdown is raw, and shows nothing', () => {
  expect(dataOf(model('unheard of', [ERROR]), 1)).toMatchObject({ type: 'raw', outputs: [] });
});

test('of very many outputs the first and the last are looked at', () => {
  const outputs = Array.from({ length: 999 }, (_, place) => ({ text: String(place) }));
  const data = dataOf(model('code', [...outputs, ERROR]), 1);
  expect(data.outputs.length).toBeLessThan(100);
  expect(data.outputs[0].text).toBe('0');
  expect(lastError(data.outputs)?.name).toBe('KeyError');
});

test('few outputs are all looked at, each once', () => {
  const outputs = Array.from({ length: 40 }, (_, place) => ({ text: String(place) }));
  expect(dataOf(model('code', outputs), 1).outputs).toEqual(outputs);
});

test('the last error is told without colours', () => {
  expect(lastError([ERROR, { ...ERROR, ename: 'E' }, { text: 'x' }])).toEqual({
    name: 'E', message: "'a'", traceback: "KeyError Traceback\nKeyError: 'a'"
  });
  expect(lastError([{ output_type: 'stream', text: 'x' }])).toBeNull();
});

test('an error is told by its traceback, or by its name', () => {
  const error = { name: 'E', message: 'no', traceback: '' };
  expect(textOfError(error)).toBe('E: no');
  expect(textOfError({ ...error, traceback: 'E: no' })).toBe('E: no');
  expect(textOfError({ ...error, traceback: 'Traceback' })).toBe('Traceback\nE: no');
  expect(textOfError({ ...error, message: '' })).toBe('E');
});

test('a notebook may say anything of an error', () => {
  const odd = { output_type: 'error', traceback: 'no list' } as unknown as Output;
  expect(lastError([odd])).toEqual({ name: '', message: '', traceback: '' });
});
