import type { SearchHit, Session } from '../../protocol';

export function session(id: string, change: Partial<Session> = {}): Session {
  return { id, title: `title ${id}`, created: 1, updated: 1, messages: 2, config: {}, ...change };
}

export function hit(id: string): SearchHit {
  return {
    message_id: id, turn_id: `t${id}`, session_id: `s${id}`, session_title: 'title',
    role: 'user', created: 1, is_current: true, score: 1, snippet: 'found', ranges: [[0, 5]]
  };
}

/** Everything that is due by now has happened. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) {
    await Promise.resolve();
  }
}
