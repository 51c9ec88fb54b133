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
  SearchBody,
  SearchPage,
  Session,
  SessionList,
  Status,
  Turn
} from './protocol';

const ROOT = 'jupyter-llmchat/api';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export type ExportFormat = 'json' | 'markdown' | 'notebook';

const ENDINGS: Record<ExportFormat, string> = { json: 'json', markdown: 'md', notebook: 'ipynb' };

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

  /** `isLeaving`: the request outlives the page that makes it. */
  async deleteSession(id: string, isLeaving = false): Promise<void> {
    await this.request('DELETE', `sessions/${id}`, { keepalive: isLeaving });
  }

  /** The last ones of a session; with `before`, those before that place. */
  messages(id: string, page: Page = {}): Promise<MessageList> {
    return this.get(`sessions/${id}/messages`, page);
  }

  async search(body: SearchBody, signal?: AbortSignal): Promise<SearchPage> {
    const response = await this.request('POST', 'search', { body: JSON.stringify(body), signal });
    return (await response.json()) as SearchPage;
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

  /** Named as the server would have it saved. */
  async exportSession(id: string, format: ExportFormat): Promise<File> {
    const response = await this.request('GET', `sessions/${id}/export?format=${format}`);
    const content = await response.blob();
    return new File([content], fileName(response, format), { type: content.type });
  }

  async importSessions(file: Blob): Promise<Imported> {
    const response = await this.request('POST', 'sessions/import', { body: file });
    return (await response.json()) as Imported;
  }

  /** Anything that the methods above do not name. */
  get<T>(path: string, query: Record<string, string | number | undefined> = {}): Promise<T> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return this.send('GET', given.length ? `${path}?${text}` : path);
  }

  async send<T>(method: Method, path: string, body?: unknown): Promise<T> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await this.request(method, path, content);
    const text = await response.text();
    return (text ? JSON.parse(text) : undefined) as T;
  }

  private async request(method: Method, path: string, more: RequestInit = {}): Promise<Response> {
    const url = URLExt.join(this.settings.baseUrl, ROOT, path);
    const headers = { 'Content-Type': 'application/json' };
    let response: Response;
    try {
      // With `no-store`, as is usual, a time is put into the address, which says nothing.
      const init: RequestInit = { method, headers, cache: 'no-cache', ...more };
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

/** Both spellings of RFC 6266: the second one has all characters. */
function fileName(response: Response, format: ExportFormat): string {
  const header = response.headers.get('Content-Disposition') ?? '';
  const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(header) ?? [];
  const [, plain] = /filename="([^"]+)"/i.exec(header) ?? [];
  return encoded ? decodeURIComponent(encoded) : plain ?? `conversation.${ENDINGS[format]}`;
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

/** As something that can be said to a person, whatever it was. */
export function errorBodyOf(error: unknown): ErrorBody {
  if (error instanceof ApiError) {
    return error.body;
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message, hint: 'Reload the page and try again.', retryable: true };
}
