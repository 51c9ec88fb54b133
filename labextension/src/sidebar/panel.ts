/** The panel: a toolbar, what others put in, and the conversation. */

import type { IThemeManager } from '@jupyterlab/apputils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Toolbar, ToolbarButton, addIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';

import type { IChatCommandRegistry, IUser } from '../chat-compat';
import { OtherPages } from '../other-pages';
import type { TurnState } from '../protocol';
import type { IChatService } from '../tokens';
import type { CodeTarget } from './code-target';
import { Cover } from './cover';
import { LiveRegion } from './live-region';
import { ChatModel } from './model';
import { reach, scrolledTo } from './reveal';
import { ConversationWidget, InputWidget } from './widgets';

export type PanelOptions = {
  service: IChatService;
  rendermime: IRenderMimeRegistry;
  themes: IThemeManager | null;
  cells: CodeTarget | null;
  commands: CommandRegistry;
  chatCommands: IChatCommandRegistry;
  person: IUser;
  trans: TranslationBundle;
};

/** How often it is looked whether something was asked elsewhere. */
const REFRESH_MS = 15_000;

export class ChatPanel extends Panel {
  constructor(private readonly options: PanelOptions) {
    super();
    const { trans, service } = options;
    this.addClass('jp-llmchat');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Assistant'));
    this.toolbar.addClass('jp-llmchat-toolbar');
    this.toolbar.addItem('new', this.newButton());
    this.top.addClass('jp-llmchat-top');
    this.above.addClass('jp-llmchat-above');
    this.live = new LiveRegion(trans);
    this.addWidget(this.toolbar);
    this.addWidget(this.top);
    this.addWidget(this.live);
    this.addWidget(this.above);
    service.sessionChanged.connect(this.onSession, this);
    service.settingsChanged.connect(this.onSettings, this);
    this.begin(service.currentSession);
    this.timer = window.setInterval(() => this.look(), REFRESH_MS);
  }

  readonly toolbar = new Toolbar();
  /** Above the conversation. */
  readonly top = new Panel();
  /** Between the conversation and the input. */
  readonly above = new Panel();
  readonly live: LiveRegion;
  readonly turnChanged = new Signal<this, TurnState>(this);
  /** A question was taken by the server after its conversation had been left here. */
  readonly turnLeft = new Signal<this, TurnState>(this);
  /** What can be done is another: an answer has begun or ended, or a conversation is shown. */
  readonly changed = new Signal<this, void>(this);

  get model(): ChatModel {
    return this.current;
  }

  put(place: 'top' | 'input', widget: Widget): void {
    (place === 'top' ? this.top : this.above).addWidget(widget);
  }

  /** What a widget hides is out of the keyboard's reach as long as it is shown. */
  cover(widget: Widget): void {
    widget.addClass('jp-llmchat-cover');
    widget.hide();
    this.addWidget(widget);
    this.covers.push(new Cover(this, this.toolbar, widget));
  }

  uncover(): void {
    this.covers.forEach(each => each.hide());
  }

  async reveal(turnId: string): Promise<boolean> {
    const model = this.current;
    const turn = await reach(model, turnId);
    if (turn === undefined || model !== this.current) {
      return false;
    }
    return scrolledTo(this.node, `${turn.key}:question`);
  }

  dispose(): void {
    if (!this.isDisposed) {
      window.clearInterval(this.timer);
      this.options.service.sessionChanged.disconnect(this.onSession, this);
      this.options.service.settingsChanged.disconnect(this.onSettings, this);
      this.current.dispose();
      this.pages.dispose();
      this.covers.forEach(each => each.dispose());
      super.dispose();
      Signal.clearData(this);
    }
  }

  private newButton(): ToolbarButton {
    const { service, trans } = this.options;
    return new ToolbarButton({
      icon: addIcon,
      tooltip: trans.__('New conversation'),
      onClick: () => {
        this.uncover();
        service.setCurrentSession(null);
        this.model.input.focus();
      }
    });
  }

  private onSession(_: IChatService, id: string | null): void {
    // A conversation that has just got its id is shown already.
    if (id === null || id !== this.current.sessionId) {
      const { value } = this.current.input;
      this.leave();
      this.begin(id);
      this.current.input.value = value;
    }
  }

  private begin(sessionId: string | null): void {
    const { service, person, cells, commands, rendermime, trans } = this.options;
    const model = new ChatModel({
      service, sessionId, person, commands, pages: this.pages,
      takenLate: turn => this.onTakenLate(turn),
      config: { ...this.config, unreadNotifications: false, stackMessages: false }
    });
    this.current = model;
    model.turnChanged.connect(this.onTurn, this);
    model.writersChanged.connect(this.onWriters, this);
    const surroundings = { model, service, rendermime, cells, trans };
    const options = { ...this.options, surroundings };
    const conversation = new ConversationWidget(options);
    const input = new InputWidget(options);
    this.insertWidget(this.widgets.indexOf(this.above), conversation);
    this.addWidget(input);
    this.shown = [conversation, input];
    this.onWriters();
    this.covers.forEach(each => each.renew());
    void model.load();
  }

  private leave(): void {
    this.current.turnChanged.disconnect(this.onTurn, this);
    this.current.writersChanged?.disconnect(this.onWriters, this);
    this.current.dispose();
    this.shown.forEach(each => each.dispose());
  }

  private get config(): { sendWithShiftEnter: boolean } {
    const { settings } = this.options.service;
    return { sendWithShiftEnter: settings?.get('sendWithShiftEnter').composite === true };
  }

  private onSettings(): void {
    this.current.config = this.config;
  }

  private onTurn(_: ChatModel, turn: TurnState): void {
    this.live.tell(turn);
    this.turnChanged.emit(turn);
  }

  private onTakenLate(turn: TurnState): void {
    if (turn.session_id === this.current.sessionId) {
      // The conversation was read before the question was in it.
      void this.current.load(true);
    } else {
      this.turnLeft.emit(turn);
    }
  }

  private onWriters(): void {
    this.toggleClass('jp-mod-answering', this.current.isAnswering);
    this.changed.emit();
  }

  private look(): void {
    if (this.isVisible && !document.hidden) {
      void this.current.refresh();
    }
  }

  private readonly covers: Cover[] = [];
  private readonly pages = new OtherPages();
  private current!: ChatModel;
  private shown: Widget[] = [];
  private readonly timer: number;
}
