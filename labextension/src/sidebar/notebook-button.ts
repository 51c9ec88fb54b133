/** Opens the panel where panels have no tabs: in Jupyter Notebook. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { CommandToolbarButton } from '@jupyterlab/ui-components';

import { CommandIDs } from './commands';

/** After what changes the type of a cell. */
const PLACE = 10;

export function addNotebookButton({ commands, docRegistry }: JupyterFrontEnd): void {
  docRegistry.addWidgetExtension('Notebook', {
    createNew: panel => {
      const { toolbar } = panel as NotebookPanel;
      const button = new CommandToolbarButton({ commands, id: CommandIDs.open, label: '' });
      toolbar.insertItem(PLACE, 'llmchat', button);
      return button;
    }
  });
}
