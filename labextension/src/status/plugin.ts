/** How the assistant is, at the top of its panel. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { ended } from '../fold';
import { IChatService, ISidebar } from '../tokens';
import { StatusCard } from './card';

const OPEN_SETTINGS = 'settingeditor:open';
const OPEN_DASHBOARD = 'llmchat:open-dashboard';

export const status: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llmchat:status',
  description: 'How the model and the server are, at the top of the panel.',
  autoStart: true,
  requires: [IChatService, ISidebar],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    service: IChatService,
    sidebar: ISidebar,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter-llmchat');
    const offered = [
      {
        command: OPEN_DASHBOARD,
        label: trans.__('Dashboard'),
        title: trans.__('Show how fast and how good answers were'),
        run: () => app.commands.execute(OPEN_DASHBOARD)
      },
      {
        command: OPEN_SETTINGS,
        label: trans.__('Settings'),
        title: trans.__('Open the settings of the assistant'),
        run: () => app.commands.execute(OPEN_SETTINGS, { query: trans.__('Assistant') })
      }
    ];
    // Not every application that shows the panel has them.
    const remedies = () => offered.filter(each => app.commands.hasCommand(each.command));
    const card = new StatusCard({ service, trans, remedies });
    sidebar.add('top', card);
    // How many are being written is part of it.
    sidebar.turnChanged.connect((_, turn) => {
      if (ended(turn)) {
        void card.watch.refresh();
      }
    });
  }
};
