/** The panel as a plugin. */

import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IThemeManager } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { ChatCommandRegistry } from '../chat-compat';
import type { IUser } from '../chat-compat';
import { chatIcon } from '../icons';
import { IChatService, ISidebar } from '../tokens';
import { CodeTarget } from './code-target';
import { addCommands } from './commands';
import { ModelTextSanitizer } from './markdown/sanitizer';
import { addNotebookButton } from './notebook-button';
import { ChatPanel } from './panel';

const PANEL_ID = 'jupyter-llmchat-sidebar';

export const sidebar: JupyterFrontEndPlugin<ISidebar> = {
  id: 'jupyter-llmchat:sidebar',
  description: 'The panel that questions are asked in.',
  autoStart: true,
  provides: ISidebar,
  requires: [IChatService, IRenderMimeRegistry],
  optional: [
    INotebookTracker, IThemeManager, ITranslator, ILayoutRestorer, ICommandPalette, ILabShell
  ],
  activate: (
    app: JupyterFrontEnd,
    service: IChatService,
    rendermime: IRenderMimeRegistry,
    notebooks: INotebookTracker | null,
    themes: IThemeManager | null,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    lab: ILabShell | null
  ): ISidebar => {
    const chatCommands = new ChatCommandRegistry();
    const trans = (translator ?? nullTranslator).load('jupyter-llmchat');
    const panel = new ChatPanel({
      service,
      themes,
      chatCommands,
      rendermime: rendermime.clone({ sanitizer: new ModelTextSanitizer() }),
      cells: notebooks && new CodeTarget(notebooks, app.shell),
      commands: app.commands,
      person: person(app),
      trans
    });
    panel.id = PANEL_ID;
    panel.title.icon = chatIcon;
    panel.title.caption = panel.node.getAttribute('aria-label') ?? '';
    app.shell.add(panel, 'left', { rank: 900 });
    restorer?.add(panel, PANEL_ID);
    const made = opened(app, service, panel, chatCommands);
    addCommands({ app, service, panel, palette, trans, open: () => made.open() });
    if (lab === null) {
      addNotebookButton(app);
    }
    return made;
  }
};

function opened(
  app: JupyterFrontEnd,
  service: IChatService,
  panel: ChatPanel,
  chatCommands: ChatCommandRegistry
): ISidebar {
  const open = (): void => {
    app.shell.activateById(PANEL_ID);
    panel.uncover();
    panel.model.input.focus();
    // Once more: a toolbar gives the focus to its notebook after a click.
    window.setTimeout(() => panel.model.input.focus());
  };
  service.onAsk(request => {
    open();
    return panel.model.ask(request);
  });
  return {
    panel,
    toolbar: panel.toolbar,
    chatCommands,
    get input() {
      return panel.model.input;
    },
    turnChanged: panel.turnChanged,
    turnLeft: panel.turnLeft,
    add: (place, widget) => panel.put(place, widget),
    cover: widget => panel.cover(widget),
    reveal: turnId => panel.reveal(turnId),
    open,
    announce: text => panel.live.say(text),
    write: text => {
      panel.model.input.value = text;
      open();
    }
  };
}

/** Who asks; other pages and other servers know the person by the same name. */
function person(app: JupyterFrontEnd): IUser {
  const identity = app.serviceManager.user.identity;
  return { username: identity?.username ?? 'me', display_name: identity?.display_name };
}
