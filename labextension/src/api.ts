/** The server's REST API. Every failure is an ApiError with a cause and a next step. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type {
  Cancelled,
  DecisionList,
  ErrorBody,
  Imported,
  MessageList,
  ModelList,
  SearchPage,
  Session,
  SessionList,
  Status,
  Turn
} from './protocol';

const ROOT = 'jupyter-llmchat/api';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export class ApiError extends Error {
  constructor(
    readonly body: ErrorBody,
    /** Of the HTTP answer; 0 where there was none. */
    readonly status: number
  ) {
    super(`${body.message} ${body.hint}`.trim());
    this.name = 'ApiError';
  }
}

/** Page of a list: how many, and where the page before ended. */
export type Page = { limit?: number; before?: number };

export class Api {
  constructor(readonly settings: ServerConnection.ISettings = ServerConnection.makeSettings()) {}

  status(): Promise<Status> {
    return this.get('status');
  }

  models(): Promise<ModelList> {
    return this.get('models');
  }

  sessions(page: Page = {}): Promise<SessionList> {
    return this.get('sessions', page);
  }

  session(id: string): Promise<Session> {
    return this.get(`sessions/${id}`);
  }

  createSession(title = ''): Promise<Session> {
    return this.send('POST', 'sessions', { title });
  }

  changeSession(id: string, change: Partial<Pick<Session, 'title' | 'config'>>): Promise<Session> {
    return this.send('PATCH', `sessions/${id}`, change);
  }

  deleteSession(id: string): Promise<void> {
    return this.send('DELETE', `sessions/${id}`);
  }

  /** The last ones of a session; with `before`, those before that place. */
  messages(id: string, page: Page = {}): Promise<MessageList> {
    return this.get(`sessions/${id}/messages`, page);
  }

  search(query: string, limit = 20, start = 0): Promise<SearchPage> {
    return this.send('POST', 'search', { query, limit, start });
  }

  turn(id: string): Promise<Turn> {
    return this.get(`turns/${id}`);
  }

  decisions(id: string): Promise<DecisionList> {
    return this.get(`turns/${id}/decisions`);
  }

  cancel(turnId: string): Promise<Cancelled> {
    return this.send('POST', `turns/${turnId}/cancel`);
  }

  selectTurn(id: string): Promise<MessageList> {
    return this.send('POST', `turns/${id}/select`);
  }

  deleteMessage(id: string): Promise<void> {
    return this.send('DELETE', `messages/${id}`);
  }

  async exportSession(id: string, format: 'json' | 'markdown' | 'notebook'): Promise<Blob> {
    const response = await this.request('GET', `sessions/${id}/export?format=${format}`);
    return response.blob();
  }

  async importSessions(file: Blob): Promise<Imported> {
    const response = await this.request('POST', 'sessions/import', file);
    return (await response.json()) as Imported;
  }

  /** Anything that the methods above do not name. */
  get<T>(path: string, query: Record<string, string | number | undefined> = {}): Promise<T> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return this.send('GET', given.length ? `${path}?${text}` : path);
  }

  async send<T>(method: Method, path: string, body?: unknown): Promise<T> {
    const content = body === undefined ? undefined : JSON.stringify(body);
    const response = await this.request(method, path, content);
    const text = await response.text();
    return (text ? JSON.parse(text) : undefined) as T;
  }

  private async request(method: Method, path: string, body?: BodyInit): Promise<Response> {
    const url = URLExt.join(this.settings.baseUrl, ROOT, path);
    const headers = { 'Content-Type': 'application/json' };
    let response: Response;
    try {
      // With `no-store`, as is usual, a time is put into the address, which says nothing.
      const init: RequestInit = { method, body, headers, cache: 'no-cache' };
      response = await ServerConnection.makeRequest(url, init, this.settings);
    } catch (error) {
      throw unreachable(error);
    }
    if (!response.ok) {
      throw new ApiError(await errorBody(response), response.status);
    }
    return response;
  }
}

export function unreachable(error: unknown): ApiError {
  const body: ErrorBody = {
    code: 'server_unreachable',
    message: 'The Jupyter server does not answer.',
    hint: 'Check that it runs; this panel connects again by itself.',
    retryable: true
  };
  const failed = new ApiError(body, 0);
  failed.cause = error;
  return failed;
}

async function errorBody(response: Response): Promise<ErrorBody> {
  try {
    const body = (await response.json()) as ErrorBody;
    if (typeof body.code === 'string' && typeof body.message === 'string') {
      return body;
    }
  } catch {
    // Not ours: from a proxy, or from a server without the extension.
  }
  return {
    code: response.status === 404 ? 'not_found' : 'internal',
    message: `The server answered with status ${response.status}.`,
    hint: 'Check that jupyter_llmchat is enabled: jupyter server extension list.',
    retryable: false
  };
}
