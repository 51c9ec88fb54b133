import { Signal } from '@lumino/signaling';

import { NOTHING } from '../../fold';
import type { TurnState } from '../../protocol';
import { Company } from '../company';
import { settle } from './sessions-fixtures';

let presence: { others: number; changed: Signal<object, number> };
let turnChanged: Signal<object, TurnState>;
let api: { turn: jest.Mock };
let company: Company;

beforeEach(() => {
  jest.useFakeTimers();
  presence = { others: 0, changed: new Signal<object, number>({}) };
  turnChanged = new Signal<object, TurnState>({});
  api = { turn: jest.fn().mockResolvedValue({ listeners: 3 }) };
  company = new Company(presence as never, api, { turnChanged });
});

afterEach(() => {
  company.dispose();
  jest.useRealTimers();
});

async function later(): Promise<void> {
  jest.advanceTimersByTime(5_000);
  await settle();
}

function turn(status: TurnState['status']): void {
  turnChanged.emit({ ...NOTHING, turn_id: 't', status });
}

test('while something is answered, the server says how many listen', async () => {
  turn('streaming');
  turn('streaming');
  await later();
  expect(api.turn.mock.calls).toEqual([['t']]);
  expect(company.count).toBe(2);
  turn('complete');
  expect(company.count).toBe(0);
  await later();
  expect(api.turn).toHaveBeenCalledTimes(1);
});

test('pages of this browser are not counted twice', async () => {
  turn('streaming');
  await later();
  presence.others = 1;
  expect(company.count).toBe(2);
  presence.others = 4;
  expect(company.count).toBe(4);
});

test('a server that does not say now may say later', async () => {
  api.turn.mockRejectedValueOnce(new Error('gone'));
  turn('streaming');
  await later();
  expect(company.count).toBe(0);
  await later();
  expect(company.count).toBe(2);
});
