/** The list of conversations, as a plugin of the panel. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { IChatService, ISidebar } from '../tokens';
import { Drawer } from './drawer';
import { keepInMind } from './memory';
import { Notifier } from './notifier';
import { Sessions } from './sessions';
import { TitleButton } from './title-button';

const SHOW = 'llmchat:show-conversations';

export const sessions: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llmchat:sessions',
  description: 'The list of conversations: search, names, files, and what was open last.',
  autoStart: true,
  requires: [IChatService, ISidebar],
  optional: [IStateDB, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    service: IChatService,
    sidebar: ISidebar,
    state: IStateDB | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter-llmchat');
    const model = new Sessions(service, sidebar, trans);
    sidebar.toolbar.insertItem(0, 'sessions', new TitleButton(model, trans));
    sidebar.cover(new Drawer(model, trans));
    new Notifier(service, sidebar, trans);
    app.commands.addCommand(SHOW, {
      label: trans.__('Search and Manage Conversations with the Assistant'),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => {
        sidebar.open();
        model.isOpen = true;
      }
    });
    palette?.addItem({ command: SHOW, category: trans.__('Assistant') });
    if (state !== null) {
      void keepInMind(service, state);
    }
  }
};
