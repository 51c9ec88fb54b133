/** What the panel can do, for the command palette, menus and shortcuts. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import { textOf } from '../fold';
import { chatIcon } from '../icons';
import type { IChatService } from '../tokens';
import type { ChatPanel } from './panel';

export namespace CommandIDs {
  export const open = 'llmchat:open';
  export const switchFocus = 'llmchat:switch-focus';
  export const newConversation = 'llmchat:new-conversation';
  export const stop = 'llmchat:stop';
  export const askAgain = 'llmchat:ask-again';
  export const copyAnswer = 'llmchat:copy-answer';
}

/** None of them takes anything. */
const NOTHING = { args: { type: 'object', properties: {} } } as const;

export type CommandOptions = {
  app: JupyterFrontEnd;
  service: IChatService;
  panel: ChatPanel;
  palette: ICommandPalette | null;
  trans: TranslationBundle;
  open: () => void;
};

export function addCommands(options: CommandOptions): void {
  const { app, panel, palette, trans } = options;
  const { commands } = app;
  const all = { ...ofPanel(options), ...ofAnswers(options) };
  for (const [id, command] of Object.entries(all)) {
    commands.addCommand(id, { describedBy: NOTHING, ...command });
    palette?.addItem({ command: id, category: trans.__('Assistant') });
  }
  panel.changed.connect(() => Object.keys(all).forEach(id => commands.notifyCommandChanged(id)));
}

type Commands = Record<string, CommandRegistry.ICommandOptions>;

function ofPanel({ app, service, panel, trans, open }: CommandOptions): Commands {
  return {
    [CommandIDs.open]: { label: trans.__('Open the Assistant'), icon: chatIcon, execute: open },
    [CommandIDs.switchFocus]: {
      label: trans.__('Go to the Assistant, or Back to the Notebook'),
      execute: () => {
        if (panel.node.contains(document.activeElement)) {
          app.shell.currentWidget?.activate();
        } else {
          open();
        }
      }
    },
    [CommandIDs.newConversation]: {
      label: trans.__('New Conversation with the Assistant'),
      execute: () => {
        service.setCurrentSession(null);
        open();
      }
    }
  };
}

function ofAnswers({ panel, trans }: CommandOptions): Commands {
  const last = (): boolean => panel.model.lastTurn?.ended === true;
  return {
    [CommandIDs.stop]: {
      label: trans.__('Stop the Answer'),
      isEnabled: () => panel.model.isAnswering,
      execute: () => panel.model.stop()
    },
    [CommandIDs.askAgain]: {
      label: trans.__('Ask the Last Question Again'),
      isEnabled: last,
      execute: () => panel.model.lastTurn && panel.model.again(panel.model.lastTurn)
    },
    [CommandIDs.copyAnswer]: {
      label: trans.__('Copy the Last Answer'),
      isEnabled: last,
      execute: () => Clipboard.copyToSystem(textOf(panel.model.lastTurn!.state))
    }
  };
}
