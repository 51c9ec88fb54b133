/** Deleting what can still be had back for a moment. */

import { Signal } from '@lumino/signaling';

import { errorBodyOf } from '../api';
import type { Api } from '../api';
import type { ErrorBody, Session } from '../protocol';

/** In which a person can think better of it. */
export const UNDO_MS = 6_000;

/** What becomes of a session: `waiting` can be undone. */
export type Deleted = { session: Session; stage: 'waiting' | 'gone' | 'kept' };

/** The server is asked late, but always: also when the page closes before. */
export class Deletion {
  constructor(private readonly api: Pick<Api, 'deleteSession'>) {
    window.addEventListener('pagehide', this.onLeave);
  }

  readonly changed = new Signal<this, Deleted>(this);
  readonly failed = new Signal<this, ErrorBody>(this);

  /** What can still be had back. */
  get waiting(): Session | null {
    return this.session;
  }

  /** Whether the server is being asked: it is neither there nor had back any more. */
  isLeaving(id: string): boolean {
    return this.leaving.has(id);
  }

  delete(session: Session): void {
    this.commit();
    this.session = session;
    this.timer = window.setTimeout(() => this.commit(), UNDO_MS);
    this.changed.emit({ session, stage: 'waiting' });
  }

  undo(): void {
    const { session } = this;
    if (session !== null) {
      this.clear();
      this.changed.emit({ session, stage: 'kept' });
    }
  }

  /** Now, without waiting any longer. */
  commit(isLeaving = false): void {
    const { session } = this;
    if (session !== null) {
      this.clear();
      void this.send(session, isLeaving);
    }
  }

  dispose(): void {
    this.commit();
    window.removeEventListener('pagehide', this.onLeave);
    Signal.clearData(this);
  }

  private async send(session: Session, isLeaving: boolean): Promise<void> {
    this.leaving.add(session.id);
    try {
      await this.api.deleteSession(session.id, isLeaving);
      this.changed.emit({ session, stage: 'gone' });
    } catch (error) {
      const problem = errorBodyOf(error);
      if (problem.code === 'not_found') {
        // Somebody else was faster.
        this.changed.emit({ session, stage: 'gone' });
        return;
      }
      this.changed.emit({ session, stage: 'kept' });
      this.failed.emit(problem);
    } finally {
      this.leaving.delete(session.id);
    }
  }

  private clear(): void {
    window.clearTimeout(this.timer);
    this.session = null;
  }

  private readonly onLeave = (): void => this.commit(true);
  private session: Session | null = null;
  private readonly leaving = new Set<string>();
  private timer = 0;
}
