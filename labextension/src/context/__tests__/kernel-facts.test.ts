import { nullTranslator } from '@jupyterlab/translation';

import { KernelFacts } from '../kernel-facts';
import type { Workplace } from '../workplace';

const trans = nullTranslator.load('');

type Told = { status: string; data?: object; ename?: string; evalue?: string };

let told: Told | undefined;
let requested: Record<string, unknown>[];
let place: {
  runs: number;
  isRunning: boolean;
  kernel: { id: string; status: string; requestExecute: unknown } | null;
  notebook: object | null;
};
let facts: KernelFacts;

beforeEach(() => {
  jest.useRealTimers();
  const part = { kind: 'variables', name: 'x', text: 'x is an int.' };
  told = { status: 'ok', data: { 'application/json': { parts: [part], names: [] } } };
  requested = [];
  const kernel = {
    id: 'k',
    status: 'idle',
    requestExecute: (content: Record<string, unknown>) => {
      requested.push(content);
      const reply = { content: { user_expressions: told && { told } } };
      return { done: Promise.resolve(reply), dispose: jest.fn() };
    }
  };
  place = { runs: 1, isRunning: false, kernel, notebook: python('python') };
  facts = new KernelFacts(place as unknown as Workplace, trans);
});

function python(name: string): object {
  return { content: { model: { getMetadata: () => ({ name }) } } };
}

test('the kernel is asked silently, and no code of a cell goes to it', async () => {
  expect(await facts.facts('mean of "x"?', null)).toHaveLength(1);
  const { user_expressions: expressions, ...rest } = requested[0] as {
    user_expressions: { told: string };
  };
  expect(rest).toEqual({
    code: '', silent: true, store_history: false, allow_stdin: false, stop_on_error: false
  });
  expect(expressions.told).toBe(
    "__import__('jupyter_llmchat.kernel.for_sidebar', fromlist=['_'])" +
      '.variables("{\\"question\\":\\"mean of \\\\\\"x\\\\\\"?\\",\\"names\\":null}")'
  );
});

test('it is asked again only for something else, or when something has run', async () => {
  await facts.facts('', null);
  await facts.facts('', null);
  expect(requested).toHaveLength(1);
  await facts.facts('other', null);
  expect(requested).toHaveLength(2);
  place.runs += 1;
  await facts.facts('other', null);
  expect(requested).toHaveLength(3);
});

test('it is not asked while a cell runs', async () => {
  place.kernel!.status = 'busy';
  await expect(facts.facts('', null)).rejects.toThrow('A cell is running.');
  expect(facts.obstacle).toBeNull();
  expect(requested).toEqual([]);
});

test('an answer that waits behind a cell does not hide that the cell runs', async () => {
  const future = { done: new Promise(() => undefined), dispose: jest.fn() };
  place.kernel!.requestExecute = () => future;
  void facts.names();
  place.kernel!.status = 'busy';
  place.isRunning = true;
  await expect(facts.facts('', null)).rejects.toThrow('A cell is running.');
});

test('what stands in the way is said', () => {
  place.kernel!.status = 'dead';
  expect(facts.obstacle).toMatch('The kernel is not running.');
  place.notebook = python('R');
  expect(facts.obstacle).toMatch('this kernel runs r');
  place.kernel = null;
  expect(facts.obstacle).toMatch('The notebook has no kernel.');
  place.notebook = null;
  expect(facts.obstacle).toBe('No notebook is open.');
});

test('a kernel without the package is asked once, until something has run', async () => {
  told = { status: 'error', ename: 'ModuleNotFoundError', evalue: 'No module' };
  await expect(facts.names()).rejects.toThrow('pip install jupyter_llmchat');
  expect(facts.obstacle).toMatch('is missing in the kernel');
  await expect(facts.names()).rejects.toThrow('pip install jupyter_llmchat');
  expect(requested).toHaveLength(1);
  place.runs += 1;
  expect(facts.obstacle).toBeNull();
});

test('other failures and other kernels are told', async () => {
  told = { status: 'error', ename: 'RuntimeError', evalue: 'no' };
  await expect(facts.names()).rejects.toThrow('could not be read (RuntimeError: no)');
  place.runs += 1;
  told = undefined;
  await expect(facts.names()).rejects.toThrow('tells nothing about its variables');
});

test('a kernel that does not answer is not waited for', async () => {
  jest.useFakeTimers();
  const dispose = jest.fn();
  place.kernel!.requestExecute = () => ({ done: new Promise(() => undefined), dispose });
  const asked = expect(facts.names()).rejects.toThrow('did not answer in time');
  await jest.runAllTimersAsync();
  await asked;
  expect(dispose).toHaveBeenCalled();
});
