import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import type { Listener } from '../../connection';
import { NOTHING } from '../../fold';
import type { TurnEvent, TurnState } from '../../protocol';
import { Notifier } from '../notifier';

jest.mock('@jupyterlab/apputils', () => ({
  Notification: { emit: jest.fn(() => 'id'), dismiss: jest.fn() }
}));

const emit = Notification.emit as jest.Mock;

let panel: { isVisible: boolean; node: HTMLElement };
let turnChanged: Signal<object, TurnState>;
let turnLeft: Signal<object, TurnState>;
let service: {
  currentSession: string | null;
  sessionChanged: Signal<object, string | null>;
  setCurrentSession: jest.Mock;
  connection: { follow: jest.Mock };
};
let open: jest.Mock;
let notifier: Notifier;

beforeEach(() => {
  emit.mockClear();
  panel = { isVisible: false, node: document.createElement('div') };
  turnChanged = new Signal<object, TurnState>({});
  turnLeft = new Signal<object, TurnState>({});
  service = {
    currentSession: 's',
    sessionChanged: new Signal<object, string | null>({}),
    setCurrentSession: jest.fn(),
    connection: { follow: jest.fn() }
  };
  open = jest.fn();
  const sidebar = { panel, turnChanged, turnLeft, open };
  const trans = nullTranslator.load('jupyter-llmchat');
  notifier = new Notifier(service as never, sidebar as never, trans);
});

afterEach(() => notifier.dispose());

function turn(status: TurnState['status'], change: Partial<TurnState> = {}): void {
  const state = { ...NOTHING, turn_id: 't', session_id: 's', question: 'Why?', status };
  turnChanged.emit({ ...state, ...change });
}

test('an answer that ends unseen is told, and can be opened', () => {
  turn('streaming');
  turn('complete', { finish_reason: 'stop' });
  expect(emit).toHaveBeenCalledTimes(1);
  const [text, kind, { actions }] = emit.mock.calls[0];
  expect([text, kind]).toEqual(['“Why?” has been answered.', 'success']);
  actions[0].callback();
  expect(service.setCurrentSession).toHaveBeenCalledWith('s');
  expect(open).toHaveBeenCalled();
});

test('one that fails is told as what it is', () => {
  turn('streaming');
  turn('failed');
  expect(emit.mock.calls[0][1]).toBe('warning');
});

test('what is seen, was stopped, or is old is not told', () => {
  turn('complete', { finish_reason: 'stop' });
  turn('streaming');
  turn('complete', { finish_reason: 'cancelled' });
  panel.isVisible = true;
  turn('streaming');
  turn('complete', { finish_reason: 'stop' });
  expect(emit).not.toHaveBeenCalled();
});

test('an answer goes on in a conversation that is left', () => {
  panel.isVisible = true;
  turn('streaming', { next_seq: 4 });
  service.currentSession = 'other';
  service.sessionChanged.emit('other');
  expect(service.connection.follow).toHaveBeenCalledWith('t', 4, expect.anything());
  const listener = service.connection.follow.mock.calls[0][2] as Listener;
  const end = { type: 'complete', turn_id: 't', seq: 4, finish_reason: 'stop', metrics: null };
  listener.event(end as unknown as TurnEvent);
  expect(emit).toHaveBeenCalledTimes(1);
});

test('a question that was taken after it was left is told of when it is answered', () => {
  panel.isVisible = true;
  service.currentSession = 'other';
  turnLeft.emit({ ...NOTHING, turn_id: 't', session_id: 's', question: 'Why?', next_seq: 1 });
  expect(service.connection.follow).toHaveBeenCalledWith('t', 1, expect.anything());
  const listener = service.connection.follow.mock.calls[0][2] as Listener;
  const end = { type: 'complete', turn_id: 't', seq: 1, finish_reason: 'stop', metrics: null };
  listener.event(end as unknown as TurnEvent);
  expect(emit).toHaveBeenCalledTimes(1);
});

test('what is told of is no longer so when it is seen', () => {
  turn('streaming');
  turn('complete', { finish_reason: 'stop' });
  panel.isVisible = true;
  document.dispatchEvent(new Event('visibilitychange'));
  expect(Notification.dismiss).toHaveBeenCalledWith('id');
});
