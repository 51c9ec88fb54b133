import { NOTHING } from '../../fold';
import type { TurnState } from '../../protocol';
import { codeBlocks, offerOf } from '../code';

function answer(text: string, change: Partial<TurnState> = {}): TurnState {
  const stage = { text, done: true, tokens: 1, ms: 1, first: '', finish_reason: null };
  return {
    ...NOTHING, status: 'complete', finish_reason: 'stop',
    stages: [{ stage: 'core', ...stage }], ...change
  };
}

function fenced(code: string, language = 'python'): string {
  return `\`\`\`${language}\n${code}\n\`\`\``;
}

function offer(text: string, source = '', language = 'python'): unknown {
  return offerOf(answer(text), source, language);
}

test('the only block of code is offered, as it is', () => {
  const code = 'def f():\n\n    return "```"  # `x`';
  expect(offer(`Here:\n\n${fenced(code)}\nDone.`)).toEqual({ kind: 'code', code });
});

test.each(['py', 'Python', 'python3', 'ipython', '', '{python}', '{.python .numberLines}'])(
  'a block named %p is python',
  name => {
    expect(offer(fenced('x = 1', name))).toEqual({ kind: 'code', code: 'x = 1' });
  }
);

test('a block in another language is not for the cell', () => {
  expect(offer(fenced('pip install x', 'bash'))).toEqual({ kind: 'none' });
  expect(offer(`${fenced('pip install x', 'bash')}\n${fenced('import x')}`)).toEqual({
    kind: 'code', code: 'import x'
  });
  expect(offer(fenced('x <- 1', 'r'), '', 'R')).toEqual({ kind: 'code', code: 'x <- 1' });
});

test('a block without a name counts where no block has the name', () => {
  const text = `${fenced('Traceback', '')}\n${fenced('x = 1')}`;
  expect(offer(text)).toEqual({ kind: 'code', code: 'x = 1' });
});

test('without code nothing is offered', () => {
  expect(offer('Use `x = 1` instead.')).toEqual({ kind: 'none' });
  expect(offer('')).toEqual({ kind: 'none' });
  expect(offer(fenced('   '))).toEqual({ kind: 'none' });
});

test('the cell as it was is no proposal', () => {
  expect(offer(fenced('x = 1'), 'x = 1\n')).toEqual({ kind: 'same' });
  expect(offer(`${fenced('x = 1')}\n${fenced('x = 2')}`, 'x = 1')).toEqual({
    kind: 'code', code: 'x = 2'
  });
});

test('of several blocks the one most like the cell is meant, else the last', () => {
  const source = 'import math\nprint(maths.pi)';
  const fixed = 'import math\nprint(math.pi)';
  expect(offer(`${fenced(fixed)}\nTry it:\n${fenced('print(1)')}`, source)).toEqual({
    kind: 'code', code: fixed
  });
  expect(offer(`${fenced('a = 1')}\nor\n${fenced('b = 1')}`)).toEqual({
    kind: 'code', code: 'b = 1'
  });
});

test('code without its end is not offered', () => {
  expect(offer('```python\nx = [1,')).toEqual({ kind: 'cut' });
  expect(offer(`${fenced('x = 1')}\n\`\`\`python\ny = `)).toEqual({ kind: 'code', code: 'x = 1' });
});

test('what an answer leads up to is not the answer', () => {
  const stage = { done: true, tokens: 1, ms: 1, first: '', finish_reason: null };
  const stages = [{ stage: 'reasoning' as const, text: fenced('x = 1'), ...stage }];
  expect(offerOf(answer('', { stages }), '', 'python')).toEqual({ kind: 'none' });
});

test.each([
  [{ status: 'failed' }, 'failed'],
  [{ finish_reason: 'interrupted' }, 'failed'],
  [{ finish_reason: 'cancelled' }, 'stopped'],
  [{ status: 'streaming' }, 'left']
] as const)('an answer with %p offers nothing', (change, kind) => {
  const turn = answer(fenced('x = 1'), change as Partial<TurnState>);
  expect(offerOf(turn, '', 'python')).toEqual({ kind });
});

test('an answer that came to its limit may have whole code', () => {
  const turn = answer(fenced('x = 1'), { finish_reason: 'deadline' });
  expect(offerOf(turn, '', 'python')).toEqual({ kind: 'code', code: 'x = 1' });
});

test('blocks in lists and quotations are as far in as their fence', () => {
  const text = '1. First:\n\n   ```python\n   if x:\n       y\n   ```\n\n> ~~~py\n> z\n> ~~~\n';
  expect(codeBlocks(text)).toEqual([
    { language: 'python', code: 'if x:\n    y', isWhole: true },
    { language: 'py', code: 'z', isWhole: true }
  ]);
});

test('line ends of other systems are line ends', () => {
  expect(codeBlocks('```py\r\na\r\nb\r\n```\r\n')).toEqual([
    { language: 'py', code: 'a\nb', isWhole: true }
  ]);
});
