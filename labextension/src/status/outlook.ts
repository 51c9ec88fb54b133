/** How things stand with the assistant, as far as its server tells. */

import { ApiError } from '../api';
import { PROTOCOL_VERSION } from '../protocol';
import type { ModelStatus, Status } from '../protocol';

/** Why nothing is known of the assistant. */
export type Obstacle = 'unreachable' | 'missing' | 'outdated' | 'refused' | 'broken';

export type Outlook =
  | { kind: 'unknown' }
  | { kind: 'known'; status: Status }
  /** Message and hint are the server's words, where it has said some. */
  | { kind: Obstacle; message: string; hint: string };

export function seen(status: Status): Outlook {
  return status.protocol === PROTOCOL_VERSION
    ? { kind: 'known', status }
    : { kind: 'outdated', message: '', hint: '' };
}

export function unseen(error: unknown): Outlook {
  if (!(error instanceof ApiError)) {
    return { kind: 'broken', message: String(error), hint: '' };
  }
  const { message, hint } = error.body;
  return { kind: obstacle(error), message, hint };
}

function obstacle(error: ApiError): Obstacle {
  if (error.body.code === 'other_version') {
    return 'outdated';
  }
  switch (error.status) {
    case 0:
      return 'unreachable';
    case 404:
      return 'missing';
    case 401:
    case 403:
      return 'refused';
    default:
      return 'broken';
  }
}

export function isLoading(model: ModelStatus): boolean {
  return model.state === 'starting' || model.state === 'restarting';
}

/** What is to be typed into a terminal, out of what the server advises. */
export function commandIn(advice: string): string | null {
  const quoted = /`([^`]+)`/.exec(advice)?.[1];
  return quoted ?? /\bpip install [^,;]+?(?=[,;]|\.(?:\s|$)|$)/.exec(advice)?.[0] ?? null;
}
