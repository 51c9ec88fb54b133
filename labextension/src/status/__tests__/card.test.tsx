import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import React, { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';

import type { Status } from '../../protocol';
import type { IChatService } from '../../tokens';
import { Card } from '../card';
import type { Outlook } from '../outlook';
import type { StatusWatch } from '../watch';
import { model, modelStatus, status } from './samples';

const trans = nullTranslator.load('');
const asked: string[] = [];
let place: HTMLElement;
let root: Root;

const api = {
  models: async () => ({ models: [model({ state: 'failed' })], memory_budget_bytes: 1e9 }),
  get: async (path: string) => {
    if (path === 'models') {
      return { models: [model()], memory_budget_bytes: 1e9 };
    }
    if (path === 'settings') {
      return { settings: { n_ctx: 2048 }, models: [] };
    }
    return { sources: [] };
  },
  send: async (method: string, path: string) => void asked.push(`${method} ${path}`)
};

async function show(outlook: Outlook, connection = 'open'): Promise<void> {
  const signal = new Signal<object, Outlook>({});
  const watch = { outlook, looked: signal, refresh: async () => undefined };
  const service = { api, connection: { state: { kind: connection } } };
  await act(async () => {
    root.render(
      <Card
        service={service as unknown as IChatService}
        watch={watch as unknown as StatusWatch}
        trans={trans}
        remedies={() => []}
      />
    );
  });
}

const known = (changes: Partial<Status> = {}): Outlook => ({
  kind: 'known',
  status: status(changes)
});

function button(label: string): HTMLButtonElement {
  return Array.from(place.querySelectorAll('button')).find(each => each.textContent === label)!;
}

beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  asked.length = 0;
  place = document.body.appendChild(document.createElement('div'));
  root = createRoot(place);
});

afterEach(() => {
  act(() => root.unmount());
  place.remove();
});

test('as long as all is well it is one line', async () => {
  await show(known());
  expect(place.textContent).toBe('tinyReady');
  await show(known({ turns_active: 3, turns_waiting: 2 }));
  expect(place.textContent).toBe('tiny1 answer being written, 2 questions waiting');
});

test('more is read only when it is opened', async () => {
  await show(known());
  const details = place.querySelector('details')!;
  await act(async () => {
    details.open = true;
    details.dispatchEvent(new Event('toggle'));
  });
  for (const text of ['287 MB', '512 of 8,192 tokens', '1.2 s', '/d/chat.duckdb', 'n_ctx']) {
    expect(place.textContent).toContain(text);
  }
});

test('a model that failed says what to do, and can be tried again', async () => {
  const detail = 'It ended. Run `jupyter llmchat doctor`.';
  await show(known({ model: modelStatus({ state: 'failed', detail }) }));
  expect(place.querySelector('[role=alert]')!.textContent).toContain(detail);
  expect(place.querySelector('code')!.textContent).toBe('jupyter llmchat doctor');
  await act(async () => button('Try again').click());
  expect(asked).toEqual(['POST models/fast/load']);
});

test.each([
  ['unreachable', 'does not answer', 'Try again'],
  ['missing', 'jupyter server extension enable jupyter_llmchat', 'Copy'],
  ['outdated', 'another version', 'Reload'],
  ['refused', 'does not let you', 'Reload'],
  ['broken', 'Something odd.', 'Try again']
] as const)('%s: a sentence and a button', async (kind, text, label) => {
  await show({ kind, message: 'Something odd.', hint: '' });
  expect(place.textContent).toContain(text);
  expect(button(label)).toBeDefined();
});

test('what the line of the connection says is not said twice', async () => {
  await show({ kind: 'unreachable', message: '', hint: '' }, 'waiting');
  expect(place.textContent).toBe('');
});

test('while it loads, that goes on', async () => {
  await show(known({ model: modelStatus({ state: 'starting', detail: 'It is read.' }) }));
  expect(place.querySelector('progress')!.getAttribute('aria-label')).toBe('It is read.');
});
