/** The conversation as the server has it, a page at a time, and what to make of it here. */

import type { Api } from '../api';
import type { Message } from '../protocol';
import { remembered } from './turn';
import type { Around, Turn } from './turn';

/** Messages that are read at once: half of them are questions. */
export const PAGE = 50;

export class History {
  constructor(
    private readonly api: Pick<Api, 'messages'>,
    private readonly around: Around
  ) {}

  /** Whether there is something before what has been read. */
  get hasOlder(): boolean {
    return this.before !== null;
  }

  /**
   * The end of the conversation; turns that are known by then stay the same objects. null
   * if it has been read anew meanwhile: answers may come in another order.
   */
  async last(sessionId: string, knownNow: () => readonly Turn[]): Promise<Turn[] | null> {
    const reading = ++this.readings;
    const page = await this.api.messages(sessionId, { limit: PAGE });
    if (reading !== this.readings) {
      return null;
    }
    const known = knownNow();
    const turns = this.turnsOf(page.messages, known);
    const first = known.findIndex(each => each.turnId === turns[0]?.turnId);
    if (first > 0 && page.next !== null) {
      // More has been read already than this page goes back.
      return [...known.slice(0, first), ...turns];
    }
    this.before = page.next;
    return turns;
  }

  async older(sessionId: string): Promise<Turn[]> {
    if (this.before === null) {
      return [];
    }
    const page = await this.api.messages(sessionId, { limit: PAGE, before: this.before });
    this.before = page.next;
    return this.turnsOf(page.messages, []);
  }

  private turnsOf(messages: readonly Message[], known: readonly Turn[]): Turn[] {
    const questions = new Map<string, Message>();
    const turns: Turn[] = [];
    for (const message of messages) {
      const question = questions.get(message.turn_id);
      if (message.role === 'user') {
        questions.set(message.turn_id, message);
      } else if (question !== undefined) {
        turns.push(this.turn(question, message, known));
      }
    }
    return turns;
  }

  private turn(question: Message, answer: Message, known: readonly Turn[]): Turn {
    const found = known.find(each => each.turnId === question.turn_id);
    if (found !== undefined) {
      found.versions = question.versions;
      return found;
    }
    return remembered(question, answer, this.around);
  }

  private before: number | null = null;
  private readings = 0;
}
