import { Connection } from '../connection';
import type { Listener } from '../connection';
import type { Refused, TurnEvent } from '../protocol';
import { FakeSocket, socketSettings } from './fake-socket';

class Heard implements Listener {
  readonly events: TurnEvent[] = [];
  readonly refusals: Refused[] = [];
  restarts = 0;

  event(event: TurnEvent): void {
    this.events.push(event);
  }

  refused(refused: Refused): void {
    this.refusals.push(refused);
  }

  restarted(): void {
    this.restarts += 1;
  }
}

const START = { type: 'start', turn_id: 't', seq: 0, client_message_id: 'c' };
const REFUSED = {
  type: 'refused', code: 'not_found', message: 'Gone.', hint: '', retryable: false,
  client_message_id: null, turn_id: null, from_seq: null
};

function chunk(seq: number): object {
  return { type: 'chunk', turn_id: 't', seq, stage: 'core', text: 'x', chunk_id: 0, timestamp: 0 };
}

let connection: Connection;
let heard: Heard;

beforeEach(() => {
  jest.useFakeTimers();
  globalThis.WebSocket = FakeSocket as never;
  FakeSocket.made = [];
  connection = new Connection(socketSettings());
  heard = new Heard();
});

afterEach(() => {
  connection.dispose();
  jest.useRealTimers();
});

function asked(): FakeSocket {
  connection.ask('s', { question: 'q', client_message_id: 'c' }, heard);
  FakeSocket.last.opens();
  return FakeSocket.last;
}

test('nothing is opened before something is asked', () => {
  expect(FakeSocket.made).toHaveLength(0);
  expect(connection.state.kind).toBe('idle');
});

test('the address has the token and the version', () => {
  const { searchParams, pathname } = new URL(asked().url);
  expect(pathname).toBe('/jupyter-llmchat/api/socket');
  expect(searchParams.get('token')).toBe('a+b');
  expect(searchParams.get('protocol')).toBe('1');
});

test('a question is sent once, and its events are heard in order', () => {
  const socket = asked();
  expect(socket.sent).toMatchObject([{ type: 'ask', session_id: 's', question: 'q' }]);
  [START, chunk(1), chunk(1), chunk(2)].forEach(each => socket.says(each));
  expect(heard.events.map(each => each.seq)).toEqual([0, 1, 2]);
});

test('events of another turn are not heard', () => {
  const socket = asked();
  socket.says({ ...START, turn_id: 'other', client_message_id: 'd' });
  expect(heard.events).toHaveLength(0);
});

test('after a cut it goes on where it was', () => {
  const socket = asked();
  [START, chunk(1)].forEach(each => socket.says(each));
  socket.close();
  expect(connection.state.kind).toBe('waiting');
  jest.advanceTimersByTime(500);
  FakeSocket.last.opens();
  expect(FakeSocket.last.sent).toEqual([{ type: 'resume', turn_id: 't', from_seq: 2 }]);
});

test('a question that was not taken is asked again after a cut', () => {
  asked().close();
  jest.advanceTimersByTime(500);
  FakeSocket.last.opens();
  expect(FakeSocket.last.sent).toMatchObject([{ type: 'ask', client_message_id: 'c' }]);
});

test('it waits longer every time, but not for ever', () => {
  asked().close();
  const waits: number[] = [];
  for (let round = 0; round < 8; round++) {
    const { state } = connection;
    if (state.kind === 'waiting') {
      waits.push(state.retryAt - Date.now());
    }
    jest.advanceTimersByTime(20_000);
    FakeSocket.last.close();
  }
  expect(waits.slice(0, 3)).toEqual([500, 1000, 2000]);
  expect(Math.max(...waits)).toBe(15_000);
});

test('a server that accepts and hangs up is not asked faster', () => {
  asked().close();
  jest.advanceTimersByTime(500);
  FakeSocket.last.opens();
  FakeSocket.last.close();
  jest.advanceTimersByTime(999);
  expect(FakeSocket.made).toHaveLength(2);
  jest.advanceTimersByTime(1);
  expect(FakeSocket.made).toHaveLength(3);
});

test('waiting can be cut short, also by the network coming back', () => {
  asked().close();
  connection.retryNow();
  expect(FakeSocket.made).toHaveLength(2);
  FakeSocket.last.close();
  window.dispatchEvent(new Event('online'));
  expect(FakeSocket.made).toHaveLength(3);
});

test('with nothing to follow a cut is no matter', () => {
  const socket = asked();
  [START, { type: 'complete', turn_id: 't', seq: 1 }].forEach(each => socket.says(each));
  socket.close();
  expect(connection.state.kind).toBe('idle');
});

test('a server that has forgotten the events tells them from the beginning', () => {
  const socket = asked();
  [START, chunk(1), { ...REFUSED, turn_id: 't' }].forEach(each => socket.says(each));
  expect(heard.restarts).toBe(1);
  expect(socket.sent[1]).toEqual({ type: 'resume', turn_id: 't', from_seq: 0 });
  socket.says(START);
  expect(heard.events.map(each => each.seq)).toEqual([0, 1, 0]);
});

test('a reader that was too slow goes on where it was', () => {
  const socket = asked();
  [START, chunk(1)].forEach(each => socket.says(each));
  socket.says({ ...REFUSED, code: 'busy', turn_id: 't', from_seq: 2 });
  expect(socket.sent[1]).toEqual({ type: 'resume', turn_id: 't', from_seq: 2 });
  expect(heard.refusals).toHaveLength(0);
});

test('a refused question is told to who asked', () => {
  const socket = asked();
  socket.says({ ...REFUSED, client_message_id: 'other' });
  expect(heard.refusals).toHaveLength(0);
  socket.says({ ...REFUSED, client_message_id: 'c' });
  expect(heard.refusals.map(each => each.message)).toEqual(['Gone.']);
});

test('another version is said, and not tried again', () => {
  const socket = asked();
  socket.says({ ...REFUSED, code: 'other_version', hint: 'Reload.' });
  socket.close();
  expect(connection.state).toMatchObject({ kind: 'outdated', hint: 'Reload.' });
  jest.advanceTimersByTime(60_000);
  expect(FakeSocket.made).toHaveLength(1);
});

test('a stop that cannot be sent says so', () => {
  expect(connection.cancel('t')).toBe(false);
  const socket = asked();
  expect(connection.cancel('t')).toBe(true);
  expect(socket.sent[1]).toEqual({ type: 'cancel', turn_id: 't' });
});

test('a turn that is followed again is heard from its beginning, whatever is on its way', () => {
  const socket = asked();
  [START, chunk(1)].forEach(each => socket.says(each));
  connection.forget('c');
  const again = new Heard();
  connection.follow('t', 0, again);
  const end = { type: 'complete', turn_id: 't', seq: 3 };
  // The server has not read yet that the turn is followed anew.
  [chunk(2), end].forEach(each => socket.says(each));
  expect(again.events).toHaveLength(0);
  [START, chunk(1), chunk(2), end].forEach(each => socket.says(each));
  expect(again.events.map(each => each.seq)).toEqual([0, 1, 2, 3]);
});

test('two turns at once are kept apart', () => {
  const socket = asked();
  const other = new Heard();
  connection.follow('u', 3, other);
  socket.says(START);
  socket.says({ ...chunk(3), turn_id: 'u' });
  expect(heard.events).toHaveLength(1);
  expect(other.events).toHaveLength(1);
});

test('a question is withdrawn only if the server cannot have heard it', () => {
  connection.ask('s', { question: 'q', client_message_id: 'c' }, heard);
  expect(connection.withdraw('c')).toBe(true);
  FakeSocket.last.opens();
  expect(FakeSocket.last.sent).toEqual([]);
  connection.ask('s', { question: 'q', client_message_id: 'd' }, heard);
  expect(connection.withdraw('d')).toBe(false);
});

test('a question that was sent before a cut may have been heard', () => {
  asked().close();
  expect(connection.withdraw('c')).toBe(false);
});

test('a server of another version is asked nothing more, and says why', () => {
  const socket = asked();
  socket.says({ ...REFUSED, code: 'other_version' });
  socket.close();
  connection.ask('s', { question: 'q', client_message_id: 'd' }, heard);
  expect(heard.refusals.map(each => each.code)).toEqual(['other_version', 'other_version']);
  expect(heard.refusals[1]).toMatchObject({ client_message_id: 'd', message: 'Gone.' });
  expect(FakeSocket.made).toHaveLength(1);
});
