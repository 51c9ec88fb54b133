/** A WebSocket in the hands of a test. */

export class FakeSocket {
  static readonly OPEN = 1;
  /** All that were made, the newest last. */
  static made: FakeSocket[] = [];

  static get last(): FakeSocket {
    return FakeSocket.made[FakeSocket.made.length - 1];
  }

  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }

  readonly sent: Record<string, unknown>[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }

  opens(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

/** As much of the settings as a connection looks at. */
export function socketSettings(): never {
  return {
    WebSocket: FakeSocket,
    wsUrl: 'ws://here/',
    baseUrl: 'http://here/',
    token: 'a+b',
    appendToken: true
  } as never;
}
