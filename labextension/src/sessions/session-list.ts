/** The sessions of a person, the one used last first, a page at a time. */

import { Signal } from '@lumino/signaling';

import { errorBodyOf } from '../api';
import type { Api } from '../api';
import type { ErrorBody, Session } from '../protocol';

/** Sessions that are read at once. */
export const PAGE = 30;

export type ListState = {
  sessions: readonly Session[];
  hasMore: boolean;
  isLoading: boolean;
  /** Why there is less than there could be. */
  problem: ErrorBody | null;
};

type ListApi = Pick<Api, 'sessions' | 'changeSession'>;

export class SessionList {
  constructor(private readonly api: ListApi) {}

  readonly changed = new Signal<this, ListState>(this);

  get state(): ListState {
    return this.current;
  }

  find(id: string | null): Session | undefined {
    return this.current.sessions.find(each => each.id === id);
  }

  /** Reads the beginning again; what has been read of the rest stays behind it. */
  async refresh(): Promise<void> {
    const reading = this.begin();
    try {
      const page = await this.api.sessions({ limit: PAGE });
      if (reading === this.readings) {
        const first = page.sessions;
        const rest = page.next === null ? [] : this.behind(first);
        this.next = rest.length > 0 ? this.next : page.next;
        this.read([...first, ...rest]);
      }
    } catch (error) {
      this.failed(reading, error);
    }
  }

  async more(): Promise<void> {
    if (this.next === null || this.current.isLoading) {
      return;
    }
    const reading = this.begin();
    try {
      const page = await this.api.sessions({ limit: PAGE, before: this.next });
      if (reading === this.readings) {
        this.next = page.next;
        const known = this.current.sessions.filter(
          each => !page.sessions.some(session => session.id === each.id)
        );
        this.read([...known, ...page.sessions]);
      }
    } catch (error) {
      this.failed(reading, error);
    }
  }

  /** Shown at once; taken back, and told, if the server does not take it. */
  async rename(id: string, title: string): Promise<boolean> {
    const before = this.find(id);
    const wanted = title.trim();
    if (before === undefined || wanted === '' || wanted === before.title) {
      return true;
    }
    this.put({ ...before, title: wanted });
    try {
      this.put(await this.api.changeSession(id, { title: wanted }));
      return true;
    } catch (error) {
      this.put(before);
      this.becomes({ problem: errorBodyOf(error) });
      return false;
    }
  }

  /** It has been deleted. */
  drop(id: string): void {
    this.becomes({ sessions: this.current.sessions.filter(each => each.id !== id) });
  }

  tell(problem: ErrorBody | null): void {
    this.becomes({ problem });
  }

  /** What is known beyond a first page that has been read again. */
  private behind(first: readonly Session[]): readonly Session[] {
    const { sessions } = this.current;
    const last = sessions.findIndex(each => each.id === first[first.length - 1]?.id);
    const rest = last < 0 ? [] : sessions.slice(last + 1);
    return rest.filter(each => !first.some(session => session.id === each.id));
  }

  private put(session: Session): void {
    const sessions = this.current.sessions.map(each =>
      each.id === session.id ? session : each
    );
    this.becomes({ sessions });
  }

  private begin(): number {
    this.becomes({ isLoading: true });
    return ++this.readings;
  }

  private read(sessions: readonly Session[]): void {
    const hasMore = this.next !== null;
    this.becomes({ sessions, hasMore, isLoading: false, problem: null });
  }

  private failed(reading: number, error: unknown): void {
    if (reading === this.readings) {
      this.becomes({ isLoading: false, problem: errorBodyOf(error) });
    }
  }

  private becomes(change: Partial<ListState>): void {
    this.current = { ...this.current, ...change };
    this.changed.emit(this.current);
  }

  private current: ListState = {
    sessions: [], hasMore: false, isLoading: false, problem: null
  };
  /** Where the next page begins. */
  private next: number | null = null;
  /** Of several that are under way only the last one counts. */
  private readings = 0;
}
