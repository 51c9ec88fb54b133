import { Signal } from '@lumino/signaling';

import { NOTHING } from '../../fold';
import type { TurnState } from '../../protocol';
import { Proposals } from '../proposals';

const mockFocus = jest.fn();

jest.mock('@jupyterlab/apputils', () => ({ Notification: { info: jest.fn() } }));
jest.mock('../proposal-view', () => ({
  ProposalView: class {
    readonly focus = mockFocus;
  }
}));

const ANSWER: TurnState = {
  ...NOTHING,
  status: 'complete',
  finish_reason: 'stop',
  stages: [{
    stage: 'core', text: '```python\nx = 2\n```', done: true, tokens: 1, ms: 1,
    first: '', finish_reason: null
  }]
};

/** A notebook of one cell, for which there is an answer. */
async function answered(mayFocus: () => boolean): Promise<void> {
  const cell = { model: { id: 'a' }, ready: new Promise(() => undefined) };
  const model = { cells: { changed: new Signal({}) } };
  const content = { widgets: [cell], model };
  const panel = { content, isDisposed: false, disposed: new Signal({}) };
  const proposals = new Proposals({
    trans: { __: (text: string) => text } as never,
    announce: () => undefined,
    mayFocus
  });
  const asked = Promise.resolve({ outcome: Promise.resolve(ANSWER), stop: () => undefined });
  const text = { type: 'code', source: 'x = 1', language: 'python' };
  proposals.begin({ action: 'fix', panel, cellId: 'a', text, asked } as never);
  await new Promise(resolve => setTimeout(resolve));
}

async function nextFrame(): Promise<void> {
  await new Promise(resolve => requestAnimationFrame(resolve));
}

afterEach(() => mockFocus.mockReset());

it('gets the focus where nobody types', async () => {
  await answered(() => true);
  await nextFrame();
  expect(mockFocus).toHaveBeenCalledTimes(1);
});

it('leaves the focus to who has begun to type before it is shown', async () => {
  let isTyping = false;
  await answered(() => !isTyping);
  isTyping = true;
  await nextFrame();
  expect(mockFocus).not.toHaveBeenCalled();
});
