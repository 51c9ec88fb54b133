/** Full-text search in everything that was said; only the newest question counts. */

import { Signal } from '@lumino/signaling';

import { errorBodyOf } from '../api';
import type { Api } from '../api';
import type { ErrorBody, SearchHit } from '../protocol';

/** Between the last key and the search. */
export const DEBOUNCE_MS = 250;
/** Hits that are read at once. */
export const PAGE = 20;

export type SearchState = {
  /** '' if nothing is searched for. */
  query: string;
  hits: readonly SearchHit[];
  hasMore: boolean;
  isSearching: boolean;
  problem: ErrorBody | null;
};

const NOTHING: SearchState = {
  query: '', hits: [], hasMore: false, isSearching: false, problem: null
};

export class Search {
  constructor(private readonly api: Pick<Api, 'search'>) {}

  readonly changed = new Signal<this, SearchState>(this);

  get state(): SearchState {
    return this.current;
  }

  /** What is in the box now; hits of before stay until there are others. */
  type(text: string): void {
    const query = text.trim();
    if (query === this.current.query) {
      return;
    }
    this.cancel();
    if (query === '') {
      this.next = null;
      this.becomes(NOTHING);
      return;
    }
    this.becomes({ query, isSearching: true, problem: null });
    this.timer = window.setTimeout(() => void this.find(0), DEBOUNCE_MS);
  }

  /** The same again, as it may have changed, or could not be done. */
  again(): void {
    if (this.current.query !== '') {
      this.cancel();
      this.becomes({ isSearching: true, problem: null });
      void this.find(0);
    }
  }

  more(): void {
    if (this.next !== null && !this.current.isSearching) {
      this.becomes({ isSearching: true });
      void this.find(this.next);
    }
  }

  /** A session is gone, and what was found in it. */
  drop(sessionId: string): void {
    this.becomes({ hits: this.current.hits.filter(each => each.session_id !== sessionId) });
  }

  dispose(): void {
    this.cancel();
    Signal.clearData(this);
  }

  private async find(start: number): Promise<void> {
    const running = new AbortController();
    this.running = running;
    try {
      const body = { query: this.current.query, limit: PAGE, start };
      const page = await this.api.search(body, running.signal);
      if (running === this.running) {
        this.next = page.next;
        const hits = start === 0 ? page.hits : [...this.current.hits, ...page.hits];
        this.becomes({ hits, hasMore: page.next !== null, isSearching: false });
      }
    } catch (error) {
      if (running === this.running) {
        // What was found for other words is no answer to these.
        const hits = start === 0 ? [] : this.current.hits;
        this.becomes({ hits, isSearching: false, problem: errorBodyOf(error) });
      }
    }
  }

  private cancel(): void {
    window.clearTimeout(this.timer);
    this.running?.abort();
    this.running = null;
  }

  private becomes(change: Partial<SearchState>): void {
    this.current = { ...this.current, ...change };
    this.changed.emit(this.current);
  }

  private current = NOTHING;
  private next: number | null = null;
  private timer = 0;
  private running: AbortController | null = null;
}
