/** The conversations of a person: what the panel shows of them, and what it does to them. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { errorBodyOf } from '../api';
import type { ExportFormat } from '../api';
import { OtherPages } from '../other-pages';
import type { TurnState } from '../protocol';
import type { IChatService, ISidebar } from '../tokens';
import { Company } from './company';
import { Deletion } from './deletion';
import type { Deleted } from './deletion';
import { exportTo, importFrom } from './files';
import { Presence } from './presence';
import { Search } from './search';
import { SessionList } from './session-list';

export class Sessions {
  constructor(
    private readonly service: IChatService,
    private readonly sidebar: ISidebar,
    private readonly trans: TranslationBundle
  ) {
    this.list = new SessionList(service.api);
    this.search = new Search(service.api);
    this.deletion = new Deletion(service.api);
    this.presence = new Presence(service.currentSession);
    this.company = new Company(this.presence, service.api, sidebar);
    this.deletion.changed.connect(this.onDeleted, this);
    this.deletion.failed.connect((_, problem) => this.list.tell(problem));
    this.pages.told.connect(this.onNews, this);
    service.sessionChanged.connect(this.onSession, this);
    sidebar.turnChanged.connect(this.onTurn, this);
    this.onSession();
  }

  readonly list: SessionList;
  readonly search: Search;
  readonly deletion: Deletion;
  readonly company: Company;
  /** The conversation that is shown has another name. */
  readonly titleChanged = new Signal<this, string>(this);
  readonly opened = new Signal<this, boolean>(this);

  get title(): string {
    return this.named;
  }

  get currentId(): string | null {
    return this.service.currentSession;
  }

  /** Whether the list is shown. */
  get isOpen(): boolean {
    return this.open;
  }

  set isOpen(isOpen: boolean) {
    if (isOpen !== this.open) {
      this.open = isOpen;
      this.opened.emit(isOpen);
      if (isOpen) {
        void this.list.refresh();
        this.search.again();
      }
    }
  }

  /** Shows a conversation, and a question of it. */
  async choose(id: string, turnId: string | null = null, isCurrent = true): Promise<void> {
    this.isOpen = false;
    this.service.setCurrentSession(id);
    this.sidebar.open();
    if (turnId === null) {
      return;
    }
    try {
      if (!isCurrent) {
        // It is in another version of the conversation than the one that is shown.
        await this.service.api.selectTurn(turnId);
        this.pages.tell(id);
      }
      await this.sidebar.reveal(turnId);
    } catch (error) {
      this.sidebar.announce(errorBodyOf(error).message);
    }
  }

  begin(): void {
    this.isOpen = false;
    this.service.setCurrentSession(null);
    this.sidebar.open();
  }

  async rename(id: string, title: string): Promise<void> {
    const isDone = await this.list.rename(id, title);
    if (isDone && id === this.currentId) {
      void this.readTitle();
    }
    this.pages.tell(id);
  }

  async export(id: string, format: ExportFormat): Promise<void> {
    try {
      await exportTo(this.service.api, id, format);
    } catch (error) {
      this.list.tell(errorBodyOf(error));
    }
  }

  async import(files: readonly File[]): Promise<void> {
    const { sessions, problem } = await importFrom(this.service.api, files, this.trans);
    await this.list.refresh();
    if (problem !== null) {
      this.list.tell(problem);
    }
    if (sessions.length > 0) {
      const count = sessions.length;
      const text = this.trans._n(
        '1 conversation was imported.',
        '%1 conversations were imported.',
        count
      );
      this.sidebar.announce(text);
    }
  }

  dispose(): void {
    this.deletion.dispose();
    this.search.dispose();
    this.company.dispose();
    this.presence.dispose();
    this.pages.dispose();
    this.service.sessionChanged.disconnect(this.onSession, this);
    this.sidebar.turnChanged.disconnect(this.onTurn, this);
    Signal.clearData(this);
  }

  private onSession(): void {
    this.presence.show(this.currentId);
    void this.readTitle();
  }

  /** A conversation gets its name with its first question. */
  private onTurn(_: unknown, turn: TurnState): void {
    if (this.named !== '' || turn.turn_id === '') {
      return;
    }
    if (this.isReading) {
      // What is being read may be from before the question.
      this.isStale = true;
    } else {
      void this.readTitle();
    }
  }

  private onNews(_: OtherPages, news: { sessionId: string }): void {
    if (news.sessionId === this.currentId) {
      void this.readTitle();
    }
    if (this.open) {
      void this.list.refresh();
    }
  }

  private onDeleted(_: Deletion, { session, stage }: Deleted): void {
    const { id } = session;
    if (stage === 'waiting' && id === this.currentId) {
      this.left = id;
      this.service.setCurrentSession(null);
    } else if (stage === 'kept' && id === this.left && this.currentId === null) {
      this.service.setCurrentSession(id);
    } else if (stage === 'gone') {
      this.list.drop(id);
      this.search.drop(id);
      this.pages.tell(id);
    }
  }

  private async readTitle(): Promise<void> {
    const id = this.currentId;
    this.call(this.list.find(id)?.title ?? '');
    if (id === null) {
      return;
    }
    const reading = ++this.readings;
    this.isReading = true;
    this.isStale = false;
    try {
      const { title } = await this.service.api.session(id);
      // What was read before a name was changed may come after it.
      if (id === this.currentId && reading === this.readings) {
        this.call(title);
      }
    } catch {
      // The conversation itself says what is the matter with it.
    } finally {
      this.isReading = reading !== this.readings;
    }
    if (this.isStale && !this.isReading && this.named === '') {
      void this.readTitle();
    }
  }

  private call(title: string): void {
    if (title !== this.named) {
      this.named = title;
      this.titleChanged.emit(title);
    }
  }

  private readonly presence: Presence;
  private readonly pages = new OtherPages();
  private named = '';
  private open = false;
  private isReading = false;
  /** A turn has been heard of since the reading began. */
  private isStale = false;
  private readings = 0;
  /** The conversation that was shown when it was deleted. */
  private left: string | null = null;
}

