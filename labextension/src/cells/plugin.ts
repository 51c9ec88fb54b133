import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { IChatService } from '../tokens';

export const cells: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llmchat:cells',
  description: 'Explain, fix, generate and improve cells.',
  autoStart: true,
  requires: [IChatService],
  activate: (app: JupyterFrontEnd, service: IChatService): void => undefined
};
