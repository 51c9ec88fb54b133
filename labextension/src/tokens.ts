/** What the plugins of this extension share. */

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { Api } from './api';
import type { Connection } from './connection';
import type { AskOptions, ContextPart } from './protocol';

/** A question as an action or a person asks it. */
export type AskRequest = {
  question: string;
  context?: ContextPart[];
  options?: AskOptions;
  /** The turn whose place the new one takes. */
  replaces?: string;
};

/** Something of the notebook that can go along with a question. */
export interface IContextSource {
  readonly id: string;
  /** Translated; what the toggle says. */
  readonly label: string;
  enabled: boolean;
  /** What would be sent now; [] if there is nothing. */
  collect(): Promise<ContextPart[]>;
}

/** The sources that a person can turn on and off. */
export interface IContextSources {
  readonly sources: readonly IContextSource[];
  readonly changed: ISignal<IContextSources, void>;
  add(source: IContextSource): void;
  toggle(id: string, enabled: boolean): void;
  /** Of all that are on. One that fails is left out and named. */
  collect(): Promise<{ parts: ContextPart[]; failed: string[] }>;
}

/** The assistant, as other plugins of this extension use it. */
export interface IChatService {
  readonly api: Api;
  readonly connection: Connection;
  readonly context: IContextSources;
  /** null until the settings have been read, or where there are none. */
  readonly settings: ISettingRegistry.ISettings | null;
  readonly currentSession: string | null;
  readonly sessionChanged: ISignal<IChatService, string | null>;
  setCurrentSession(id: string | null): void;
  /** Set by the sidebar: opens it, and asks there. */
  ask(request: AskRequest): Promise<void>;
  onAsk(ask: (request: AskRequest) => Promise<void>): void;
}

export const IChatService = new Token<IChatService>('jupyter-llmchat:IChatService');
