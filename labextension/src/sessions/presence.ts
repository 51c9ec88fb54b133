/** Which pages of this browser show which conversation. */

import { UUID } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';

const CHANNEL = 'jupyter-llmchat-presence';
/** How often a page says that it is still there. */
const REPEAT_MS = 20_000;
/** After which a page that is silent is taken for gone; hidden ones are slow. */
const SILENT_MS = 130_000;

type Said = {
  page: string;
  /** null if it shows none, or is about to close. */
  session: string | null;
  /** A new page wants to hear from the others. */
  asks: boolean;
};

type Known = { session: string; heard: number };

export class Presence {
  constructor(private session: string | null = null) {
    this.channel = 'BroadcastChannel' in window ? new BroadcastChannel(CHANNEL) : null;
    if (this.channel !== null) {
      this.channel.onmessage = message => this.heard(message.data as Partial<Said> | null);
      this.say(true);
      this.timer = window.setInterval(() => this.repeat(), REPEAT_MS);
      window.addEventListener('pagehide', this.onLeave);
      window.addEventListener('pageshow', this.onReturn);
    }
  }

  readonly changed = new Signal<this, number>(this);

  /** How many other pages show the same conversation. */
  get others(): number {
    return [...this.known.values()].filter(each => each.session === this.session).length;
  }

  show(session: string | null): void {
    this.session = session;
    this.say(false);
    this.changed.emit(this.others);
  }

  dispose(): void {
    window.clearInterval(this.timer);
    window.removeEventListener('pagehide', this.onLeave);
    window.removeEventListener('pageshow', this.onReturn);
    this.onLeave();
    this.channel?.close();
    Signal.clearData(this);
  }

  private heard(said: Partial<Said> | null): void {
    if (typeof said?.page !== 'string') {
      return;
    }
    if (typeof said.session === 'string') {
      this.known.set(said.page, { session: said.session, heard: Date.now() });
    } else {
      this.known.delete(said.page);
    }
    if (said.asks === true) {
      this.say(false);
    }
    this.changed.emit(this.others);
  }

  private repeat(): void {
    this.say(false);
    for (const [page, { heard }] of this.known) {
      if (Date.now() - heard > SILENT_MS) {
        this.known.delete(page);
      }
    }
    this.changed.emit(this.others);
  }

  private say(asks: boolean, session = this.session): void {
    this.channel?.postMessage({ page: this.page, session, asks } satisfies Said);
  }

  private readonly onLeave = (): void => this.say(false, null);
  private readonly onReturn = (): void => this.say(true);
  private readonly page = UUID.uuid4();
  private readonly known = new Map<string, Known>();
  private readonly channel: BroadcastChannel | null;
  private timer = 0;
}
