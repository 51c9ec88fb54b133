import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { IChatService } from '../tokens';

export const dashboard: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llmchat:dashboard',
  description: 'Figures of the answers.',
  autoStart: true,
  requires: [IChatService],
  activate: (app: JupyterFrontEnd, service: IChatService): void => undefined
};
