import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import React, { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';

import { ApiError } from '../../api';
import { EVERYTHING } from '../filters';
import type { Filters } from '../filters';
import type { Snapshot } from '../reading';
import { View } from '../view';
import type { ViewOptions } from '../view';
import { NOON, figure, snapshot, summary } from './samples';

let place: HTMLElement;
let root: Root;
let chosen: Partial<Filters>[];

type Shown = { snapshot: Snapshot | null; problem?: unknown; filters?: Filters };

async function show({ snapshot, problem = null, filters = EVERYTHING }: Shown): Promise<void> {
  const live = {
    snapshot,
    problem,
    filters,
    isBehind: false,
    changed: new Signal<object, void>({}),
    choose: (change: Partial<Filters>) => chosen.push(change),
    refresh: async () => undefined
  };
  const options = {
    live,
    service: { currentSession: null },
    // Without the renderer of plots.
    rendermime: { getFactory: () => undefined },
    trans: nullTranslator.load(''),
    ask: () => undefined
  };
  const palette = { text: '', grid: '', first: '', second: '' };
  await act(async () => {
    root.render(<View {...(options as unknown as ViewOptions)} palette={palette} />);
  });
}

function button(label: string): HTMLButtonElement {
  return Array.from(place.querySelectorAll('button')).find(each => each.textContent === label)!;
}

beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  chosen = [];
  place = document.body.appendChild(document.createElement('div'));
  root = createRoot(place);
});

afterEach(() => {
  act(() => root.unmount());
  place.remove();
});

test('where plots cannot be drawn, there are tables', async () => {
  await show({ snapshot: snapshot() });
  expect(place.querySelectorAll('table')).toHaveLength(6);
  expect(place.textContent).toContain('the Vega extension of JupyterLab is not there');
});

test('models are compared, and one of them chosen', async () => {
  const byModel = [
    { model: 'tiny', summary: summary() },
    { model: 'large', summary: summary({ quality: figure(91), first_token_ms: figure(2000) }) }
  ];
  await show({ snapshot: snapshot({ byModel }) });
  const rows = Array.from(place.querySelectorAll('.jp-llmchat-models tr'));
  expect(rows.map(row => Array.from(row.children, cell => cell.textContent))).toEqual([
    [
      'Model', 'Answers', 'Time to first token median', 'Time per token median',
      'Time of an answer median', 'Quality average', 'Decided by the model average'
    ],
    ['tiny', '5', '450 ms', '8.3 ms', '12.3 s', '78 of 100', '96 %'],
    ['large', '5', '2.0 s', '8.3 ms', '12.3 s', '91 of 100', '96 %']
  ]);
  await act(async () => button('large').click());
  expect(chosen).toEqual([{ model: 'large' }]);
});

test('a model alone is not compared', async () => {
  await show({ snapshot: snapshot({ byModel: [{ model: 'tiny', summary: summary() }] }) });
  expect(place.querySelector('.jp-llmchat-models')).toBeNull();
});

test('the queue and the models are shown', async () => {
  await show({ snapshot: snapshot() });
  const text = place.querySelector('.jp-llmchat-machinery')!.textContent;
  expect(text).toContain('Being written1Waiting2');
  expect(text).toContain('512 of 8,192 tokens in use');
});

test('without answers it is said how figures come to be', async () => {
  const counts = { ...summary().counts, answers: 0 };
  await show({ snapshot: snapshot({ summary: summary({ counts }) }) });
  expect(place.textContent).toContain('There are no answers yet.');
  expect(button('Ask a question')).toBeDefined();
});

test('without answers of what was chosen, all can be shown', async () => {
  const counts = { ...summary().counts, answers: 0 };
  const filters = { ...EVERYTHING, period: 'hour' as const };
  await show({ snapshot: snapshot({ summary: summary({ counts }) }), filters });
  await act(async () => button('Show all').click());
  expect(chosen).toEqual([EVERYTHING]);
});

test('what was chosen is asked for', async () => {
  await show({ snapshot: snapshot() });
  const select = place.querySelector('select')!;
  await act(async () => {
    select.value = 'week';
    select.dispatchEvent(new Event('change', { bubbles: true }));
  });
  expect(chosen).toEqual([{ period: 'week' }]);
});

test('when it cannot be read, the last figures stay', async () => {
  const body = { code: 'server_unreachable', message: '', hint: '', retryable: true };
  await show({ snapshot: snapshot(), problem: new ApiError(body, 0) });
  expect(place.querySelector('[role=alert]')!.textContent).toContain('does not answer');
  expect(button('Try again')).toBeDefined();
  expect(place.querySelectorAll('.jp-llmchat-cards > *')).toHaveLength(9);
  expect(place.textContent).toContain(new Date(NOON * 1000).toLocaleTimeString());
});

test('a conversation that is gone can be left', async () => {
  const body = { code: 'not_found', message: '', hint: '', retryable: false };
  const filters = { ...EVERYTHING, session: 's' };
  await show({ snapshot: null, problem: new ApiError(body, 404), filters });
  await act(async () => button('All conversations').click());
  expect(chosen).toEqual([{ session: null }]);
});
