/** What pages of the same browser tell each other, so that all show the same answers. */

import { Signal } from '@lumino/signaling';

const CHANNEL = 'jupyter-llmchat';

/** Something has changed in a session: a question was taken, or its messages are others. */
export type News = { sessionId: string };

export class OtherPages {
  constructor() {
    // Not there in every browser; then the pages learn of each other from the server.
    this.channel = 'BroadcastChannel' in window ? new BroadcastChannel(CHANNEL) : null;
    if (this.channel !== null) {
      this.channel.onmessage = message => this.heard(message.data);
    }
  }

  readonly told: Signal<this, News> = new Signal<this, News>(this);

  tell(sessionId: string): void {
    this.channel?.postMessage({ sessionId } satisfies News);
  }

  dispose(): void {
    this.channel?.close();
    Signal.clearData(this);
  }

  private heard(news: unknown): void {
    const sessionId = (news as Partial<News> | null)?.sessionId;
    if (typeof sessionId === 'string') {
      this.told.emit({ sessionId });
    }
  }

  private readonly channel: BroadcastChannel | null;
}
