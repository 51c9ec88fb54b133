/** What can be done with cells, as a plugin. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { IChatService, ISidebar } from '../tokens';
import { CellActions } from './actions';
import type { Place } from './actions';
import { addCommands } from './commands';
import { addFixButton } from './fix-button';
import { Proposals } from './proposals';
import { ToolbarFollower } from './toolbar-follower';

const ID = 'jupyter-llmchat:cells';

export const cells: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Explain, fix, improve and generate cells; changes are proposed, never made.',
  autoStart: true,
  requires: [IChatService, ISidebar, INotebookTracker, IRenderMimeRegistry],
  optional: [ICommandPalette, ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    service: IChatService,
    sidebar: ISidebar,
    notebooks: INotebookTracker,
    rendermime: IRenderMimeRegistry,
    palette: ICommandPalette | null,
    registry: ISettingRegistry | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter-llmchat');
    const proposals = new Proposals({
      trans,
      announce: text => sidebar.announce(text),
      mayFocus: () => isIdle(sidebar.panel.node)
    });
    const actions = new CellActions({ service, notebooks, proposals, trans });
    addCommands({ commands: app.commands, palette, actions, proposals, trans });
    new ToolbarFollower(app.commands, notebooks);
    addFixButton(rendermime, {
      trans,
      fix: node => {
        const place = placeOf(node, notebooks);
        if (place !== null) {
          place.panel.content.activeCellIndex = place.panel.content.widgets.indexOf(place.cell);
          actions.fix(place);
        }
      }
    });
    // With it come the buttons, the menu's entries and the keys.
    void registry?.load(ID).catch((error: unknown) => {
      console.warn('The settings of the actions on cells could not be read.', error);
    });
  }
};

/** The cell whose output a node is in. */
function placeOf(node: Node, notebooks: INotebookTracker): Place | null {
  const panel = notebooks.find(each => each.node.contains(node));
  const cell = panel?.content.widgets.find(each => each.node.contains(node));
  return panel === undefined || cell === undefined ? null : { panel, cell };
}

/** Whether the focus is nowhere, or in a panel's field that nothing is written in. */
function isIdle(panel: HTMLElement): boolean {
  const { activeElement } = document;
  if (activeElement === null || activeElement === document.body) {
    return true;
  }
  const isField = activeElement instanceof HTMLTextAreaElement;
  return isField && panel.contains(activeElement) && activeElement.value === '';
}
