import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { IChatService } from '../tokens';

export const statusCard: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llmchat:status-card',
  description: 'How the model stands.',
  autoStart: true,
  requires: [IChatService],
  activate: (app: JupyterFrontEnd, service: IChatService): void => undefined
};
