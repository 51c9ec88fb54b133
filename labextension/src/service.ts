/** The assistant as a service: what the plugins of this extension share. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ServerConnection } from '@jupyterlab/services';
import { PromiseDelegate } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';

import { Api } from './api';
import { Connection } from './connection';
import { ContextSources } from './context-sources';
import { IChatService } from './tokens';
import type { AskRequest, Asked } from './tokens';

/** Where the settings of the panel are declared. */
export const SETTINGS_ID = 'jupyter-llmchat:sidebar';

type Asker = (request: AskRequest) => Promise<Asked>;

export class ChatService implements IChatService {
  constructor(settings: ServerConnection.ISettings) {
    this.api = new Api(settings);
    this.connection = new Connection(settings);
  }

  readonly api: Api;
  readonly connection: Connection;
  readonly context = new ContextSources();
  readonly sessionChanged: Signal<this, string | null> = new Signal<this, string | null>(this);
  readonly settingsChanged: Signal<this, void> = new Signal<this, void>(this);

  get settings(): ISettingRegistry.ISettings | null {
    return this.read;
  }

  get currentSession(): string | null {
    return this.session;
  }

  setCurrentSession(id: string | null): void {
    if (id !== this.session) {
      this.session = id;
      this.sessionChanged.emit(id);
    }
  }

  setSettings(settings: ISettingRegistry.ISettings): void {
    this.read = settings;
    settings.changed.connect(() => this.settingsChanged.emit());
    this.settingsChanged.emit();
  }

  async ask(request: AskRequest): Promise<Asked> {
    // A panel that comes later still hears it.
    const ask = await this.asker.promise;
    return ask(request);
  }

  onAsk(ask: Asker): void {
    this.asker.resolve(ask);
  }

  private session: string | null = null;
  private read: ISettingRegistry.ISettings | null = null;
  private readonly asker = new PromiseDelegate<Asker>();
}

export const service: JupyterFrontEndPlugin<IChatService> = {
  id: 'jupyter-llmchat:service',
  description: 'The connection to the assistant, shared by its panel and its actions.',
  autoStart: true,
  provides: IChatService,
  optional: [ISettingRegistry],
  activate: (app: JupyterFrontEnd, registry: ISettingRegistry | null): IChatService => {
    const chat = new ChatService(app.serviceManager.serverSettings);
    registry?.load(SETTINGS_ID).then(
      settings => chat.setSettings(settings),
      error => console.warn('The settings of the assistant could not be read.', error)
    );
    return chat;
  }
};
