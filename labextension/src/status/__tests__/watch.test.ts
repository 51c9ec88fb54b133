import { Api, ApiError } from '../../api';
import { StatusWatch } from '../watch';
import { modelStatus, status } from './samples';

let answer: jest.Mock;
let isLookedAt: boolean;
let watch: StatusWatch;

async function pass(ms: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(ms);
}

beforeEach(() => {
  jest.useFakeTimers();
  isLookedAt = true;
  answer = jest.fn().mockResolvedValue(status());
  const api = Object.assign(new Api({} as never), { status: answer });
  watch = new StatusWatch(api, () => isLookedAt);
});

afterEach(() => {
  watch.dispose();
  jest.useRealTimers();
});

test('it looks at once, and again after a while', async () => {
  await pass(100);
  expect(watch.outlook.kind).toBe('known');
  expect(answer).toHaveBeenCalledTimes(1);
  await pass(10_500);
  expect(answer).toHaveBeenCalledTimes(2);
});

test('while nobody looks, the server is not asked', async () => {
  isLookedAt = false;
  await pass(60_000);
  expect(answer).not.toHaveBeenCalled();
  isLookedAt = true;
  void watch.refresh();
  await pass(100);
  expect(answer).toHaveBeenCalled();
});

test('while the model is being loaded it looks every second', async () => {
  answer.mockResolvedValue(status({ model: modelStatus({ state: 'starting' }) }));
  await pass(5500);
  expect(answer.mock.calls.length).toBeGreaterThanOrEqual(5);
});

test('a server that is gone is asked ever less, and heard when it is back', async () => {
  const body = { code: 'server_unreachable', message: 'No.', hint: '', retryable: true };
  answer.mockRejectedValue(new ApiError(body, 0));
  await pass(100);
  expect(watch.outlook.kind).toBe('unreachable');
  await pass(600_000);
  const asked = answer.mock.calls.length;
  expect(asked).toBeGreaterThan(5);
  expect(asked).toBeLessThan(60);
  answer.mockResolvedValue(status());
  void watch.refresh();
  await pass(100);
  expect(watch.outlook.kind).toBe('known');
});
