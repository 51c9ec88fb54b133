import { StateDB } from '@jupyterlab/statedb';
import { Signal } from '@lumino/signaling';

import { ContextSources } from '../../context-sources';
import type { ContextPart } from '../../protocol';
import type { IContextSource } from '../../tokens';
import { remember } from '../remembering';
import { ContextView } from '../view';

function part(text: string): ContextPart {
  return { kind: 'cell', name: 'In [1]', text };
}

function source(id: string, change: Partial<IContextSource> = {}): IContextSource {
  return { id, label: id, enabled: true, collect: async () => [part(id)], ...change };
}

let context: ContextSources;
let views: ContextView[];
const api = { send: jest.fn() };
const place = { isVisible: true, question: 'What?' };

beforeEach(() => {
  context = new ContextSources();
  views = [];
  api.send.mockReset();
  api.send.mockImplementation(async (_: string, __: string, body: object) => body);
  Object.assign(place, { isVisible: true, question: 'What?' });
});

afterEach(() => views.forEach(each => each.dispose()));

function view(): ContextView {
  const workplace = { changed: new Signal<object, void>({}) };
  const made = new ContextView({
    api: api as never, context, workplace: workplace as never,
    question: () => place.question, isVisible: () => place.isVisible
  });
  views.push(made);
  return made;
}

test('sources that are off or have nothing are not asked', async () => {
  const collect = jest.fn();
  context.add(source('cell'));
  context.add(source('off', { enabled: false, collect }));
  context.add(source('none', { unavailable: () => 'No notebook is open.', collect }));
  expect(await context.collect('q')).toEqual({ parts: [part('cell')], failed: [] });
  expect(collect).not.toHaveBeenCalled();
});

test('one that fails is named with its reason, the others are sent', async () => {
  context.add(source('a', { collect: () => Promise.reject(new Error('busy')) }));
  context.add(source('b', { collect: () => Promise.reject('?') }));
  context.add(source('c', { collect: async () => ({ parts: [part('c')], failed: ['d'] }) }));
  expect(await context.collect()).toEqual({ parts: [part('c')], failed: ['a (busy)', 'b', 'd'] });
});

test('the bar shows what can be turned on and off, and how much there is', async () => {
  context.add(source('cell'));
  context.add(source('mentioned', { isFixed: true, collect: async () => [] }));
  const made = view();
  await made.refresh();
  expect(made.items.map(({ source: { id }, count }) => [id, count])).toEqual([['cell', 1]]);
  expect(made.chars).toBe(4);
  made.toggle(context.sources[0]);
  expect(context.sources[0].enabled).toBe(false);
});

test('what was read before something changed does not count when it comes late', async () => {
  let answer!: (parts: ContextPart[]) => void;
  const late = new Promise<ContextPart[]>(resolve => (answer = resolve));
  const collect = jest.fn().mockReturnValueOnce(late).mockResolvedValue([part('a'), part('b')]);
  context.add(source('cell', { collect }));
  const made = view();
  const first = made.refresh();
  await made.refresh();
  answer([]);
  await first;
  expect(made.items[0].count).toBe(2);
  expect(made.chars).toBe(2);
});

test('the preview is what the server says a model gets', async () => {
  context.add(source('cell', { collect: async question => [part(`token ${question}`)] }));
  api.send.mockResolvedValue({ context: [part('token …')] });
  const made = view();
  made.setOpen(true);
  await made.refresh();
  expect(api.send).toHaveBeenCalledWith('POST', 'context', { context: [part('token What?')] });
  expect(made.preview).toEqual({ parts: [part('token …')], failed: [], problem: '' });
});

test('without a server the preview says so', async () => {
  context.add(source('cell'));
  api.send.mockRejectedValue(new Error('The Jupyter server does not answer.'));
  const made = view();
  made.setOpen(true);
  await made.refresh();
  expect(made.preview.problem).toBe('The Jupyter server does not answer.');
});

test('nothing is read while nobody looks, and no preview made while it is closed', async () => {
  const collect = jest.fn(async () => []);
  context.add(source('cell', { collect }));
  const made = view();
  place.isVisible = false;
  await made.refresh();
  expect(collect).not.toHaveBeenCalled();
  place.isVisible = true;
  await made.refresh();
  expect(collect).toHaveBeenCalledWith('');
  expect(api.send).not.toHaveBeenCalled();
});

test('what is on is as it was at the last visit', async () => {
  const state = new StateDB();
  context.add(source('cell'));
  context.add(source('notebook'));
  await remember(context, state);
  context.toggle('cell', false);
  const later = new ContextSources();
  later.add(source('cell'));
  later.add(source('notebook'));
  await remember(later, state);
  expect(later.sources.map(each => each.enabled)).toEqual([false, true]);
});
