import type { IMessageContent } from '../../chat-compat';
import { reconcile } from '../reconcile';

type Shown = { id: string; content: IMessageContent; update: jest.Mock };

/** A chat that has messages with these ids, and tells what was done to them. */
class FakeChat {
  constructor(...ids: string[]) {
    this.messages = ids.map(each => shown(content(each)));
  }

  messages: Shown[];
  readonly done: string[] = [];

  messagesInserted(index: number, contents: IMessageContent[]): void {
    this.messages.splice(index, 0, ...contents.map(shown));
    this.done.push(`+${contents.map(each => each.id).join('')}`);
  }

  messagesDeleted(index: number, count: number): void {
    const gone = this.messages.splice(index, count);
    this.done.push(`-${gone.map(each => each.id).join('')}`);
  }

  becomes(wanted: string): boolean {
    const isNew = reconcile(this as never, [...wanted].map(each => content(each)));
    expect(this.messages.map(each => each.id).join('')).toBe(wanted);
    return isNew;
  }
}

function content(id: string, body = id): IMessageContent {
  return { type: 'msg', id, body, time: 0, sender: { username: 'me' }, metadata: {} };
}

function shown(told: IMessageContent): Shown {
  return { id: told.id, content: told, update: jest.fn() };
}

test('what is there and stays is not touched', () => {
  const chat = new FakeChat('a', 'b');
  expect(chat.becomes('ab')).toBe(false);
  expect(chat.done).toEqual([]);
  expect(chat.messages[0].update).not.toHaveBeenCalled();
});

test('what has changed is told to its message alone', () => {
  const chat = new FakeChat('a', 'b');
  reconcile(chat as never, [content('a'), content('b', 'more')]);
  expect(chat.done).toEqual([]);
  expect(chat.messages[0].update).not.toHaveBeenCalled();
  expect(chat.messages[1].update).toHaveBeenCalledWith({ body: 'more', metadata: {} });
});

test('what is new comes into its place, together with what follows it', () => {
  const chat = new FakeChat('c', 'f');
  expect(chat.becomes('abcdefgh')).toBe(true);
  expect(chat.done).toEqual(['+ab', '+de', '+gh']);
});

test('what is not wanted goes', () => {
  const chat = new FakeChat('a', 'b', 'c');
  expect(chat.becomes('b')).toBe(false);
  expect(chat.becomes('')).toBe(false);
});

test('what is to stand elsewhere does so', () => {
  const chat = new FakeChat('a', 'b', 'c', 'd');
  chat.becomes('acdb');
  chat.becomes('dcba');
  chat.becomes('bxac');
});
