/** What the plugins of this extension share. */

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { Toolbar } from '@jupyterlab/ui-components';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import type { Api } from './api';
import type { IChatCommandRegistry, IInputModel } from './chat-compat';
import type { Connection } from './connection';
import type { AskOptions, ContextPart, TurnState } from './protocol';

/** A question as an action or a person asks it. */
export type AskRequest = {
  question: string;
  context?: ContextPart[];
  options?: AskOptions;
  /** The turn whose place the new one takes. */
  replaces?: string;
  /** Told of each answer that a person asks for in the place of this one. */
  again?(asked: Promise<Asked>): void;
};

/** A question that has been put. */
export type Asked = {
  /**
   * How its answer has ended. Resolves with an answer that has not, where the
   * conversation was left before.
   */
  readonly outcome: Promise<TurnState>;
  /** Ends the answer; what was said is kept. */
  stop(): void;
};

/** Something of the notebook that can go along with a question. */
export interface IContextSource {
  readonly id: string;
  /** Translated; what the toggle says. */
  readonly label: string;
  /** Translated; what it sends. */
  readonly description?: string;
  enabled: boolean;
  /** Whether it cannot be turned off. */
  readonly isFixed?: boolean;
  /** Translated; why there is nothing to send now, null if there may be something. */
  unavailable?(): string | null;
  /** What would be sent now; [] if there is nothing. */
  collect(question?: string): Promise<ContextPart[] | Collected>;
}

/** What goes along with a question. */
export type Collected = {
  parts: ContextPart[];
  /** Translated; what was wanted and could not be read, each with the reason. */
  failed: string[];
};

/** The sources that a person can turn on and off. */
export interface IContextSources {
  readonly sources: readonly IContextSource[];
  readonly changed: ISignal<IContextSources, void>;
  add(source: IContextSource): void;
  toggle(id: string, enabled: boolean): void;
  /** Of all that are on. One that fails is left out and named. */
  collect(question?: string): Promise<Collected>;
}

/** The assistant, as other plugins of this extension use it. */
export interface IChatService {
  readonly api: Api;
  readonly connection: Connection;
  readonly context: IContextSources;
  /** null until the settings have been read, or where there are none. */
  readonly settings: ISettingRegistry.ISettings | null;
  /** They have been read, or changed. */
  readonly settingsChanged: ISignal<IChatService, void>;
  readonly currentSession: string | null;
  readonly sessionChanged: ISignal<IChatService, string | null>;
  setCurrentSession(id: string | null): void;
  /** Set by the sidebar: opens it, and asks there. */
  ask(request: AskRequest): Promise<Asked>;
  onAsk(ask: (request: AskRequest) => Promise<Asked>): void;
}

export const IChatService = new Token<IChatService>('jupyter-llmchat:IChatService');

/** The panel, for those who put something into it. */
export interface ISidebar {
  /** To open, to find, or to add a toolbar button to. */
  readonly panel: Widget;
  /** At its top; for buttons. */
  readonly toolbar: Toolbar;
  /** An answer that is shown has more text, or has ended; some times a second at most. */
  readonly turnChanged: ISignal<unknown, TurnState>;
  /** A question was taken by the server after its conversation had been left here. */
  readonly turnLeft: ISignal<unknown, TurnState>;
  /** Of the conversation that is shown; another one with the next. */
  readonly input: IInputModel;
  /** `/commands` and `@names` of the input. */
  readonly chatCommands: IChatCommandRegistry;
  /** `top`: above the conversation; `input`: between it and the input. */
  add(place: 'top' | 'input', widget: Widget): void;
  /** In front of the conversation, below the toolbar. */
  cover(widget: Widget): void;
  /** Scrolls to a question of the conversation that is shown; false if it is not there. */
  reveal(turnId: string): Promise<boolean>;
  /** Opens the panel with the cursor in the input. */
  open(): void;
  /** Says something to who does not see the page; not for what streams. */
  announce(text: string): void;
  /** Text into the input, where nothing is sent by itself. */
  write(text: string): void;
}

export const ISidebar = new Token<ISidebar>('jupyter-llmchat:ISidebar');
