/** One WebSocket for all turns of this page; after a cut every turn goes on where it was. */

import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import { UUID } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';

import { PROTOCOL_VERSION } from './protocol';
import type { Ask, AskBody, Refused, Resume, TurnEvent } from './protocol';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export type ConnectionState =
  | { kind: 'idle' | 'connecting' | 'open' }
  /** Connects again by itself then. */
  | { kind: 'waiting'; retryAt: number }
  /** The server will not talk to this page until something is done about it. */
  | { kind: 'outdated'; message: string; hint: string };

/** Who listens to a turn. */
export type Listener = {
  event(event: TurnEvent): void;
  refused(refused: Refused): void;
  /** The server has forgotten the events; all of the turn is told from the beginning. */
  restarted(): void;
};

type Followed = {
  listener: Listener;
  /** Sent again after a cut as long as no event has come: the server knows its id. */
  ask: Ask | null;
  /** Whether the server may have heard of it. */
  isSent: boolean;
  turnId: string | null;
  nextSeq: number;
};

type Frame = TurnEvent | Refused;

export class Connection implements IDisposable {
  constructor(private readonly settings: ServerConnection.ISettings) {
    window.addEventListener('online', this.onOnline);
  }

  readonly stateChanged = new Signal<this, ConnectionState>(this);

  get state(): ConnectionState {
    return this.current;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.disposed = true;
    window.removeEventListener('online', this.onOnline);
    window.clearTimeout(this.timer);
    this.socket?.close();
    Signal.clearData(this);
  }

  /** Asks, and follows the answer; returns the question's client_message_id. */
  ask(sessionId: string, body: AskBody, listener: Listener): string {
    const id = body.client_message_id ?? UUID.uuid4();
    const ask: Ask = { ...body, type: 'ask', session_id: sessionId, client_message_id: id };
    if (this.current.kind === 'outdated') {
      const { message, hint } = this.current;
      listener.refused(outdated(id, message, hint));
      return id;
    }
    const asked: Followed = { listener, ask, isSent: false, turnId: null, nextSeq: 0 };
    this.followed.set(id, asked);
    asked.isSent = this.sendOrConnect(ask);
    return id;
  }

  /** A question that the server cannot have heard is not asked. False if it may have. */
  withdraw(key: string): boolean {
    return this.followed.get(key)?.isSent === false && this.followed.delete(key);
  }

  /** Follows a turn that runs already, from any of its events on. */
  follow(turnId: string, fromSeq: number, listener: Listener): void {
    this.followed.set(turnId, {
      listener, ask: null, isSent: true, turnId, nextSeq: fromSeq
    });
    this.sendOrConnect(resume(turnId, fromSeq));
  }

  /** Stops an answer; what was said is kept. False if nobody can be told now. */
  cancel(turnId: string): boolean {
    return this.send({ type: 'cancel', turn_id: turnId });
  }

  /** Hears nothing more of it; the turn goes on. */
  forget(key: string): void {
    this.followed.delete(key);
  }

  /** Without waiting for the time that was set. */
  retryNow(): void {
    if (this.current.kind === 'waiting') {
      window.clearTimeout(this.timer);
      this.connect();
    }
  }

  /** What is followed is sent for when the connection is there; see `opened`. */
  private sendOrConnect(frame: object): boolean {
    const isSent = this.send(frame);
    if (!isSent) {
      if (this.current.kind === 'idle') {
        this.connect();
      } else {
        this.retryNow();
      }
    }
    return isSent;
  }

  private send(frame: object): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) {
      return false;
    }
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  private connect(): void {
    this.become({ kind: 'connecting' });
    const socket = new this.settings.WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = message => this.heard(JSON.parse(String(message.data)) as Frame);
    socket.onclose = () => this.closed(socket);
  }

  private get url(): string {
    const url = URLExt.join(this.settings.wsUrl, 'jupyter-llmchat/api/socket');
    const query = new URLSearchParams({ protocol: String(PROTOCOL_VERSION) });
    const { token, appendToken } = this.settings;
    if (appendToken && token) {
      query.set('token', token);
    }
    return `${url}?${query}`;
  }

  private opened(): void {
    this.become({ kind: 'open' });
    for (const each of this.followed.values()) {
      const frame = each.turnId === null ? each.ask! : resume(each.turnId, each.nextSeq);
      each.isSent = this.send(frame) || each.isSent;
    }
  }

  private closed(socket: WebSocket): void {
    if (socket !== this.socket || this.disposed) {
      return;
    }
    this.socket = null;
    if (this.current.kind === 'outdated') {
      return;
    }
    if (this.followed.size === 0) {
      this.become({ kind: 'idle' });
      return;
    }
    this.become({ kind: 'waiting', retryAt: Date.now() + this.waitMs });
    this.timer = window.setTimeout(() => this.connect(), this.waitMs);
    this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
  }

  private heard(frame: Frame): void {
    // Only now: a server that accepts and then hangs up is not to be asked ever faster.
    this.waitMs = FIRST_WAIT_MS;
    if (frame.type === 'refused') {
      this.refused(frame);
      return;
    }
    for (const [key, each] of this.followed) {
      if (belongs(frame, each)) {
        each.turnId = frame.turn_id;
        each.nextSeq = frame.seq + 1;
        if (frame.type === 'complete' || frame.type === 'error') {
          this.followed.delete(key);
        }
        each.listener.event(frame);
      }
    }
  }

  private refused(frame: Refused): void {
    if (frame.code === 'other_version') {
      const { message, hint } = frame;
      this.become({ kind: 'outdated', message, hint });
    }
    for (const [key, each] of this.followed) {
      if (isAbout(frame, key, each)) {
        this.giveUp(frame, key, each);
      }
    }
  }

  private giveUp(frame: Refused, key: string, each: Followed): void {
    const { turnId } = each;
    if (frame.code === 'busy' && turnId !== null && frame.from_seq !== null) {
      this.sendOrConnect(resume(turnId, each.nextSeq));
      return;
    }
    if (frame.code === 'not_found' && turnId !== null && each.nextSeq > 0) {
      each.nextSeq = 0;
      each.listener.restarted();
      this.sendOrConnect(resume(turnId, 0));
      return;
    }
    this.followed.delete(key);
    each.listener.refused(frame);
  }

  private become(state: ConnectionState): void {
    this.current = state;
    this.stateChanged.emit(state);
  }

  private readonly onOnline = (): void => this.retryNow();
  private current: ConnectionState = { kind: 'idle' };
  private readonly followed = new Map<string, Followed>();
  private socket: WebSocket | null = null;
  private timer = 0;
  private waitMs = FIRST_WAIT_MS;
  private disposed = false;
}

/**
 * Events come without gaps from the place that was asked for. One that is further on was
 * sent for who followed the turn before, and comes again in its place.
 */
function belongs(event: TurnEvent, each: Followed): boolean {
  if (each.turnId !== null) {
    return each.turnId === event.turn_id && event.seq === each.nextSeq;
  }
  return event.type === 'start' && each.ask?.client_message_id === event.client_message_id;
}

function isAbout(frame: Refused, key: string, each: Followed): boolean {
  if (frame.code === 'other_version') {
    return true;
  }
  if (frame.turn_id !== null) {
    return frame.turn_id === each.turnId;
  }
  return frame.client_message_id === key;
}

function outdated(id: string, message: string, hint: string): Refused {
  return {
    type: 'refused', code: 'other_version', message, hint, retryable: false,
    client_message_id: id, turn_id: null, from_seq: null
  };
}

function resume(turnId: string, fromSeq: number): Resume {
  return { type: 'resume', turn_id: turnId, from_seq: fromSeq };
}
