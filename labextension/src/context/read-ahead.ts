/** The model reads what will go along while the question is still being thought of. */

import type { Api } from '../api';
import type { ContextPart } from '../protocol';

export type ReadAheadOptions = {
  api: Pick<Api, 'send'>;
  /** What would go along now. */
  parts: () => readonly ContextPart[];
  /** null for a conversation that begins with the next question. */
  session: () => string | null;
  /** Whether somebody is about to ask. */
  isAsking: () => boolean;
};

export class ReadAhead {
  constructor(private readonly options: ReadAheadOptions) {}

  /** As something may have changed; the same is not sent twice in a row. */
  async look(): Promise<void> {
    const { api, isAsking } = this.options;
    const context = this.options.parts();
    const session = this.options.session();
    const told = JSON.stringify([session, context]);
    if (!isAsking() || context.length === 0 || told === this.told) {
      return;
    }
    this.told = told;
    const path = session === null ? 'prepare' : `sessions/${session}/prepare`;
    try {
      await api.send('POST', path, { context });
    } catch {
      // Whoever asks is told what is wrong; until then it is nobody's concern.
      this.told = '';
    }
  }

  private told = '';
}
