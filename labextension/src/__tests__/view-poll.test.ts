import { ViewPoll } from '../view-poll';

const FREQUENCY = { interval: 1000, backoff: true, max: 60_000 };

let ask: jest.Mock;
let isHidden: boolean;
let isLookedAt: boolean;
let poll: ViewPoll;

beforeEach(() => {
  jest.useFakeTimers();
  [isHidden, isLookedAt] = [false, true];
  jest.spyOn(document, 'hidden', 'get').mockImplementation(() => isHidden);
  ask = jest.fn().mockResolvedValue(undefined);
  poll = new ViewPoll({
    name: 'a view', frequency: FREQUENCY, isLookedAt: () => isLookedAt, ask
  });
});

afterEach(() => {
  poll.dispose();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

test('while the page or the view is hidden, nothing is asked', async () => {
  isHidden = true;
  await jest.advanceTimersByTimeAsync(10_000);
  [isHidden, isLookedAt] = [false, false];
  await jest.advanceTimersByTimeAsync(10_000);
  expect(ask).not.toHaveBeenCalled();
});

test('it is asked at once when the page is seen again', async () => {
  await jest.advanceTimersByTimeAsync(100);
  ask.mockClear();
  document.dispatchEvent(new Event('visibilitychange'));
  await jest.advanceTimersByTimeAsync(1);
  expect(ask).toHaveBeenCalledTimes(1);
});

test('what is on its way does not keep it from being asked anew', async () => {
  ask.mockReturnValue(new Promise(() => undefined));
  await jest.advanceTimersByTimeAsync(100);
  expect(ask).toHaveBeenCalledTimes(1);
  void poll.refresh();
  await jest.advanceTimersByTimeAsync(1);
  expect(ask).toHaveBeenCalledTimes(2);
});

test('once disposed it asks for nothing', async () => {
  await jest.advanceTimersByTimeAsync(100);
  ask.mockClear();
  poll.dispose();
  document.dispatchEvent(new Event('visibilitychange'));
  await poll.refresh();
  await jest.advanceTimersByTimeAsync(5000);
  expect(ask).not.toHaveBeenCalled();
});
