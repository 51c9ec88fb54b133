import { Presence } from '../presence';

type Handler = ((message: { data: unknown }) => void) | null;

/** As the browser's, without its delays. */
class FakeChannel {
  static all: FakeChannel[] = [];

  constructor() {
    FakeChannel.all.push(this);
  }

  onmessage: Handler = null;

  postMessage(data: unknown): void {
    FakeChannel.all.filter(each => each !== this).forEach(each => each.onmessage?.({ data }));
  }

  close(): void {
    FakeChannel.all = FakeChannel.all.filter(each => each !== this);
  }
}

let made: Presence[];

beforeEach(() => {
  jest.useFakeTimers();
  FakeChannel.all = [];
  Object.assign(window, { BroadcastChannel: FakeChannel });
  made = [];
});

afterEach(() => {
  made.forEach(each => each.dispose());
  jest.useRealTimers();
});

function page(session: string | null): Presence {
  const presence = new Presence(session);
  made.push(presence);
  return presence;
}

test('pages that show the same conversation know of each other', () => {
  const [one, two] = [page('s'), page('s')];
  const other = page('t');
  expect([one.others, two.others, other.others]).toEqual([1, 1, 0]);
});

test('one that shows another, or closes, is no longer there', () => {
  const [one, two, three] = [page('s'), page('s'), page('s')];
  two.show('t');
  expect(one.others).toBe(1);
  three.dispose();
  expect(one.others).toBe(0);
  two.show('s');
  expect(one.others).toBe(1);
});

test('no conversation is not the same conversation', () => {
  const one = page(null);
  page(null);
  expect(one.others).toBe(0);
});

test('a page that is silent for long is taken for gone', () => {
  const one = page('s');
  page('s');
  expect(one.others).toBe(1);
  FakeChannel.all[1].postMessage = () => undefined;
  jest.advanceTimersByTime(200_000);
  expect(one.others).toBe(0);
});

test('what others send there does no harm', () => {
  const one = page('s');
  FakeChannel.all[0].onmessage?.({ data: null });
  FakeChannel.all[0].onmessage?.({ data: { page: 1, session: 's' } });
  expect(one.others).toBe(0);
});
