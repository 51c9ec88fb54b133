/** What a chat shows becomes what it is to show; what is rendered and stays is not touched. */

import type { IChatModel, IMessageContent } from '../chat-compat';

type Chat = Pick<IChatModel, 'messages' | 'messagesDeleted' | 'messagesInserted'>;

/** Whether there are messages that were not there before. */
export function reconcile(chat: Chat, wanted: readonly IMessageContent[]): boolean {
  drop(chat, new Map(wanted.map((each, place) => [each.id, place])));
  const have = new Map(chat.messages.map(each => [each.id, each]));
  let missing: IMessageContent[] = [];
  const insert = (end: number): void => {
    if (missing.length > 0) {
      chat.messagesInserted(end - missing.length, missing);
      missing = [];
    }
  };
  wanted.forEach((content, index) => {
    const message = have.get(content.id);
    if (message === undefined) {
      missing.push(content);
      return;
    }
    insert(index);
    if (!isSame(message.content, content)) {
      message.update({ body: content.body, metadata: content.metadata });
    }
  });
  insert(wanted.length);
  return wanted.some(each => !have.has(each.id));
}

/** What is not wanted; also what is to stand elsewhere, which is inserted anew. */
function drop(chat: Chat, places: ReadonlyMap<string, number>): void {
  let next = Infinity;
  for (let index = chat.messages.length - 1; index >= 0; index--) {
    const place = places.get(chat.messages[index].id) ?? Infinity;
    if (place < next) {
      next = place;
    } else {
      chat.messagesDeleted(index, 1);
    }
  }
}

/** Whether two states of a message look the same. */
function isSame(one: IMessageContent, other: IMessageContent): boolean {
  if (one.body !== other.body) {
    return false;
  }
  const before = (one.metadata ?? {}) as Record<string, unknown>;
  const after = (other.metadata ?? {}) as Record<string, unknown>;
  return Object.keys(after).every(name => before[name] === after[name]);
}
