import { PromiseDelegate } from '@lumino/coreutils';

import { NOTHING } from '../../fold';
import type { TurnState } from '../../protocol';
import type { Asked } from '../../tokens';
import { Proposal } from '../proposal';
import type { CellText } from '../requests';

const TEXT: CellText = {
  type: 'code', source: 'x = 1\ny = 2', name: 'In [1]', language: 'python', error: null, before: []
};

/** A cell of a notebook, with what a proposal uses of it. */
class FakeCell {
  constructor(public source: string) {}

  readonly steps: string[] = [];
  editable: boolean | undefined;

  readonly model = {
    id: 'a',
    getMetadata: (): unknown => this.editable,
    sharedModel: {
      undoManager: { stopCapturing: () => this.steps.push('step') },
      getSource: () => this.source,
      updateSource: (start: number, end: number, text: string) => {
        this.steps.push(`${start}-${end}`);
        this.source = this.source.slice(0, start) + text + this.source.slice(end);
      }
    }
  };
}

function setUp(change: Partial<CellText> = {}) {
  const cell = new FakeCell(TEXT.source);
  const inserted: unknown[] = [];
  const content = {
    widgets: [cell],
    activeCellIndex: 0,
    model: {
      readOnly: false,
      sharedModel: { insertCell: (...args: unknown[]) => inserted.push(args) }
    }
  };
  const outcome = new PromiseDelegate<TurnState>();
  const stop = jest.fn();
  const asked = Promise.resolve<Asked>({ outcome: outcome.promise, stop });
  const panel = { content, isDisposed: false };
  const proposal = new Proposal({
    action: 'fix', panel, cellId: 'a', text: { ...TEXT, ...change }, asked
  } as never);
  return { proposal, cell, content, inserted, outcome, stop };
}

function answer(code: string): TurnState {
  const text = `\`\`\`python\n${code}\n\`\`\``;
  const stage = { done: true, tokens: 1, ms: 1, first: '', finish_reason: null };
  const stages = [{ stage: 'core' as const, text, ...stage }];
  return { ...NOTHING, status: 'complete', finish_reason: 'stop', stages };
}

async function settled(): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await Promise.resolve();
  }
}

test('it changes the cell in one step, where it differs', async () => {
  const { proposal, cell, outcome } = setUp();
  outcome.resolve(answer('x = 1\ny = 3'));
  await settled();
  expect(proposal.state).toEqual({ kind: 'code', code: 'x = 1\ny = 3' });
  expect(proposal.accept()).toBe('done');
  expect(cell.source).toBe('x = 1\ny = 3');
  expect(cell.steps).toEqual(['step', '10-11', 'step']);
});

test('a cell that has changed becomes what is proposed all the same', async () => {
  const { proposal, cell, outcome } = setUp();
  cell.source = 'something else';
  outcome.resolve(answer('x = 3'));
  await settled();
  expect([proposal.source, proposal.base]).toEqual(['something else', TEXT.source]);
  proposal.accept();
  expect(cell.source).toBe('x = 3');
});

test('nothing changes before the answer is there, or after it was refused', async () => {
  const { proposal, cell, outcome } = setUp();
  expect(proposal.accept()).toBe('gone');
  outcome.resolve(answer('x = 3'));
  await settled();
  const closed = jest.fn();
  proposal.closed.connect(closed);
  proposal.refuse();
  expect(closed).toHaveBeenCalledTimes(1);
  expect(cell.source).toBe(TEXT.source);
});

test('who refuses while the answer is written stops it', async () => {
  const { proposal, stop, outcome } = setUp();
  await settled();
  proposal.refuse();
  expect(stop).toHaveBeenCalledTimes(1);
  const changed = jest.fn();
  proposal.changed.connect(changed);
  outcome.resolve(answer('x = 3'));
  await settled();
  expect(changed).not.toHaveBeenCalled();
});

test('who refuses before the question is put stops it too', async () => {
  const { proposal, stop } = setUp();
  proposal.refuse();
  await settled();
  expect(stop).toHaveBeenCalledTimes(1);
});

test('a cell that is read-only stays as it is', async () => {
  const { proposal, cell, outcome } = setUp();
  outcome.resolve(answer('x = 3'));
  await settled();
  cell.editable = false;
  expect(proposal.accept()).toBe('read-only');
  expect(cell.source).toBe(TEXT.source);
});

test('a cell that is gone cannot be changed', async () => {
  const { proposal, content, outcome } = setUp();
  outcome.resolve(answer('x = 3'));
  await settled();
  content.widgets = [];
  expect(proposal.cell).toBeNull();
  expect(proposal.accept()).toBe('gone');
});

test('code for a text gets a cell of its own below', async () => {
  const { proposal, cell, content, inserted, outcome } = setUp({ type: 'markdown' });
  outcome.resolve(answer('x = 3'));
  await settled();
  expect(proposal.source).toBe('');
  expect(proposal.accept()).toBe('done');
  expect(inserted).toEqual([
    [1, { cell_type: 'code', source: 'x = 3', metadata: { trusted: true } }]
  ]);
  expect(content.activeCellIndex).toBe(1);
  expect(cell.source).toBe(TEXT.source);
});
