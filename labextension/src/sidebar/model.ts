/** A conversation: what is asked, what is answered, and the messages that show both. */

import { UUID } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';

import { ApiError, errorBodyOf } from '../api';
import { AbstractChatModel } from '../chat-compat';
import type { IChatContext, IChatModel, IMessageContent, INewMessage, IUser } from '../chat-compat';
import type { OtherPages } from '../other-pages';
import type { AskBody, ErrorBody, TurnState } from '../protocol';
import type { AskRequest, Asked, IChatService } from '../tokens';
import { ChatContext } from './chat-context';
import { History } from './history';
import { reconcile } from './reconcile';
import { Throttle } from './throttle';
import { Turn } from './turn';
import type { Around } from './turn';
import { BOT, messagesOf } from './turn-messages';

/** Renders a second at most: 10. */
const RENDER_GAP_MS = 100;

export type ModelOptions = IChatModel.IOptions & {
  service: IChatService;
  sessionId: string | null;
  person: IUser;
  pages: OtherPages;
  /** The server has taken a question for which nobody waits here any more. */
  takenLate(turn: TurnState): void;
  /** Renders a second are limited by this. */
  renderGapMs?: number;
};

/** What is known of the conversation as a whole. */
export type Standing = {
  isLoading: boolean;
  hasOlder: boolean;
  /** Why the conversation cannot be shown. */
  problem: ErrorBody | null;
};

export class ChatModel extends AbstractChatModel {
  constructor(options: ModelOptions) {
    super(options);
    this.service = options.service;
    this.pages = options.pages;
    this.session = options.sessionId;
    this.person = options.person;
    this.takenLate = options.takenLate;
    this.around = {
      connection: this.service.connection,
      cancel: turnId => this.service.api.cancel(turnId),
      changed: (turn, atOnce) => this.changed(turn, atOnce),
      taken: turn => this.taken(turn)
    };
    this.history = new History(this.service.api, this.around);
    this.throttle = new Throttle(() => this.show(), options.renderGapMs ?? RENDER_GAP_MS);
    this.pages.told.connect(this.onNews, this);
    this.setReady();
  }

  /** A question has been put here, by whatever means. */
  readonly asked = new Signal<this, void>(this);
  readonly standingChanged = new Signal<this, Standing>(this);
  /** Emitted at most as often as something is rendered. */
  readonly turnChanged = new Signal<this, TurnState>(this);

  get user(): IUser {
    return this.person;
  }

  /** null until something has been asked in a conversation that is new. */
  get sessionId(): string | null {
    return this.session;
  }

  get standing(): Standing {
    return this.current;
  }

  get isAnswering(): boolean {
    return this.turns.some(each => !each.ended);
  }

  get isStopping(): boolean {
    return this.turns.some(each => each.stopping);
  }

  get lastTurn(): Turn | undefined {
    return this.turns.at(-1);
  }

  /** By its key, or by the id that the server knows it by. */
  turnOf(key: string): Turn | undefined {
    return this.turns.find(each => each.key === key || each.turnId === key);
  }

  createChatContext(): IChatContext {
    return new ChatContext(this);
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.throttle.dispose();
    this.pages.told.disconnect(this.onNews, this);
    for (const turn of this.turns) {
      this.forget(turn);
    }
    super.dispose();
    Signal.clearData(this);
  }

  /** Reads the end of the conversation, again if it has been read; at need without a word. */
  async load(isQuiet = false): Promise<void> {
    const id = this.session;
    if (id === null) {
      return;
    }
    this.becomes({ isLoading: !isQuiet });
    const placed = new Set(this.turns.filter(each => each.turnId !== null));
    try {
      const told = await this.history.last(id, () => this.turns);
      if (told === null) {
        return;
      }
      // What was taken before and is not told belongs to another version.
      const newer = this.turns.filter(each => !told.includes(each) && !placed.has(each));
      this.replaceTurns([...told, ...newer]);
      this.becomes({ isLoading: false, problem: null, hasOlder: this.history.hasOlder });
    } catch (error) {
      this.becomes({ isLoading: false, problem: errorBodyOf(error) });
    }
  }

  async loadOlder(): Promise<void> {
    const id = this.session;
    if (id === null || this.current.isLoading || !this.history.hasOlder) {
      return;
    }
    this.becomes({ isLoading: true });
    try {
      const older = await this.history.older(id);
      this.replaceTurns([...older, ...this.turns]);
      this.becomes({ isLoading: false, hasOlder: this.history.hasOlder });
    } catch (error) {
      this.becomes({ isLoading: false, problem: errorBodyOf(error) });
    }
  }

  /** Looks whether something was asked elsewhere, in a browser that cannot say so. */
  async refresh(): Promise<void> {
    if (this.session === null || this.isAnswering || this.current.problem !== null) {
      return;
    }
    try {
      const { updated } = await this.service.api.session(this.session);
      const isNew = updated !== this.updated;
      this.updated = updated;
      if (isNew) {
        await this.load(true);
      }
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        this.becomes({ problem: error.body });
      }
    }
  }

  /** From the input. */
  sendMessage(message: INewMessage): boolean {
    const question = message.body.trim();
    if (question === '') {
      return false;
    }
    void this.ask({ question });
    return true;
  }

  /** An edited question takes the place of the one before. */
  updateMessage(id: string, edited: IMessageContent): void {
    const turn = this.turns.find(each => id.startsWith(`${each.key}:`));
    const question = String(edited.body).trim();
    if (turn !== undefined && question !== '') {
      void this.again(turn, question);
    }
  }

  /** Another answer to the same question, in the place of this one. */
  async again(
    turn: Turn,
    question = turn.state.question,
    context = turn.request?.context
  ): Promise<void> {
    const replaces = turn.turnId ?? undefined;
    const isSameQuestion = question === turn.state.question;
    if (replaces === undefined) {
      turn.stop();
      this.replaceTurns(this.turns.filter(each => each !== turn));
    } else {
      const place = this.turns.indexOf(turn);
      // What follows is of another conversation then: nobody waits for it.
      this.turns.slice(place + 1).forEach(each => each.stop());
      this.replaceTurns(this.turns.slice(0, place));
    }
    const fresh = isSameQuestion ? { fresh: true } : {};
    const options = { ...turn.request?.options, ...fresh };
    const asked = this.ask({ ...turn.request, question, replaces, context, options });
    turn.request?.again?.(asked);
    await asked;
  }

  async ask(request: AskRequest): Promise<Asked> {
    const { question } = request;
    const turn = new Turn(UUID.uuid4(), Date.now() / 1000, { question }, this.around);
    turn.request = request;
    this.turns.push(turn);
    this.show();
    this.asked.emit();
    try {
      const session = await this.ensureSession();
      const context = request.context ?? (await this.collect(turn));
      if (turn.ended) {
        return turn;
      }
      const body: AskBody = {
        question,
        client_message_id: turn.key,
        options: request.options ?? {},
        context,
        replaces: request.replaces ?? null
      };
      turn.isAsked = true;
      this.service.connection.ask(session, body, turn);
    } catch (error) {
      turn.failed(errorBodyOf(error));
    }
    return turn;
  }

  /** Ends what is being answered here. */
  stop(): void {
    for (const turn of this.turns) {
      turn.stop();
    }
  }

  /** Goes on with another version of the conversation. */
  async select(turnId: string): Promise<void> {
    try {
      await this.service.api.selectTurn(turnId);
      this.tell();
      await this.load();
    } catch (error) {
      this.becomes({ problem: errorBodyOf(error) });
    }
  }

  /** Reads what a list of messages does not say of an answer. */
  async complete(turn: Turn): Promise<void> {
    if (!turn.isWhole && turn.turnId !== null) {
      turn.isWhole = true;
      try {
        turn.complete(await this.service.api.turn(turn.turnId));
      } catch (error) {
        console.warn('The figures of an answer could not be read.', error);
      }
    }
  }

  /** The same for questions that follow fast. */
  private async ensureSession(): Promise<string> {
    if (this.session === null) {
      this.beginning ??= this.begun().finally(() => (this.beginning = null));
      return this.beginning;
    }
    return this.session;
  }

  private async begun(): Promise<string> {
    const { id } = await this.service.api.createSession();
    this.session = id;
    if (!this.isDisposed) {
      this.service.setCurrentSession(id);
    }
    return id;
  }

  private async collect(turn: Turn): Promise<AskBody['context']> {
    const { parts, failed } = await this.service.context.collect(turn.state.question);
    turn.leftOut = failed;
    return parts;
  }

  private replaceTurns(turns: Turn[]): void {
    const before = this.turns;
    this.turns = turns;
    before.filter(each => !turns.includes(each)).forEach(each => this.forget(each));
    for (const turn of turns) {
      if (!turn.ended && turn.turnId !== null && !before.includes(turn)) {
        this.service.connection.follow(turn.turnId, 0, turn);
      }
    }
    this.show();
  }

  private forget(turn: Turn): void {
    // What the server may be taking just now is listened to until it has; see `taken`.
    if (turn.turnId !== null || turn.ended) {
      this.service.connection.forget(turn.key);
    }
    turn.left();
  }

  private taken(turn: Turn): void {
    this.tell();
    if (this.isDisposed || !this.turns.includes(turn)) {
      this.service.connection.forget(turn.key);
      this.takenLate(turn.state);
      return;
    }
    this.dropTwin(turn);
    if (turn.request?.replaces !== undefined) {
      // The server knows which versions of it there are.
      void this.load(true);
    }
  }

  /** What was asked here may have been read as the server's before it was heard of. */
  private dropTwin(turn: Turn): void {
    const others = this.turns.filter(each => each !== turn);
    const twin = others.find(each => each.turnId === turn.turnId);
    if (twin !== undefined) {
      turn.versions = twin.versions;
      this.replaceTurns(others.map(each => (each === twin ? turn : each)));
    }
  }

  private tell(): void {
    if (this.session !== null) {
      this.pages.tell(this.session);
    }
  }

  private onNews(_: OtherPages, news: { sessionId: string }): void {
    if (news.sessionId === this.session) {
      void this.load();
    }
  }

  private becomes(change: Partial<Standing>): void {
    this.current = { ...this.current, ...change };
    this.standingChanged.emit(this.current);
  }

  private show(): void {
    if (this.isDisposed) {
      return;
    }
    if (reconcile(this, this.turns.flatMap(each => messagesOf(each, this.person)))) {
      this.unreadMessages = [];
    }
    this.updateWriters(this.isAnswering ? [{ user: BOT }] : []);
    this.changedTurns.forEach(each => this.turnChanged.emit(each.state));
    this.changedTurns.clear();
  }

  private changed(turn: Turn, atOnce: boolean): void {
    this.changedTurns.add(turn);
    if (atOnce) {
      this.throttle.now();
    } else {
      this.throttle.request();
    }
  }

  private readonly around: Around;
  private readonly service: IChatService;
  private readonly pages: OtherPages;
  private readonly person: IUser;
  private readonly takenLate: ModelOptions['takenLate'];
  private readonly history: History;
  private readonly throttle: Throttle;
  private readonly changedTurns = new Set<Turn>();
  private session: string | null;
  private beginning: Promise<string> | null = null;
  /** When the server had last seen a change, at the last look; 0 before the first. */
  private updated = 0;
  private turns: Turn[] = [];
  private current: Standing = { isLoading: false, hasOlder: false, problem: null };
}
