/** The actions on cells as commands, for the palette, menus, keys and the cell toolbar. */

import type { ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { CellActions, Place } from './actions';
import { explainIcon, fixIcon, generateIcon, improveIcon } from './icons';
import type { Proposals } from './proposals';
import { errorOf } from './reading';

export namespace CommandIDs {
  export const explain = 'llmchat:explain-cell';
  export const fix = 'llmchat:fix-cell';
  export const generate = 'llmchat:generate-cell';
  export const improve = 'llmchat:improve-cell';
  export const nextProposal = 'llmchat:next-proposal';
}

export type CommandsOptions = {
  commands: CommandRegistry;
  palette: ICommandPalette | null;
  actions: CellActions;
  proposals: Proposals;
  trans: TranslationBundle;
};

type CellCommand = {
  id: string;
  label: string;
  caption: string;
  icon: LabIcon;
  /** Whether it belongs into the toolbar of such a cell; other places have all. */
  suits(place: Place): boolean;
  run(place: Place, prompt?: string): unknown;
};

const ARGUMENTS = {
  type: 'object',
  properties: {
    toolbar: { type: 'boolean', description: 'Shown only where the action suits the cell' },
    prompt: { type: 'string', description: 'What the code is to do, or further words' }
  }
};

export function addCommands(options: CommandsOptions): void {
  for (const each of cellCommands(options)) {
    addCellCommand(options, each);
  }
  const { commands, palette, proposals, trans } = options;
  commands.addCommand(CommandIDs.nextProposal, {
    label: trans.__('Go to the Next Proposed Change'),
    caption: trans.__('Move the focus to code that is proposed for a cell'),
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => proposals.focusNext()
  });
  palette?.addItem({ command: CommandIDs.nextProposal, category: trans.__('Assistant') });
}

function cellCommands({ actions, trans }: CommandsOptions): CellCommand[] {
  return [
    {
      id: CommandIDs.explain,
      label: trans.__('Explain Cell'),
      caption: trans.__('Ask the assistant what this cell does'),
      icon: explainIcon,
      suits: place => !isEmpty(place),
      run: (place, prompt) => actions.explain(place, prompt)
    },
    {
      id: CommandIDs.fix,
      label: trans.__('Fix Cell'),
      caption: trans.__('Ask the assistant for a fix, to accept or refuse'),
      icon: fixIcon,
      suits: place => errorOf(place.cell) !== null,
      run: (place, prompt) => actions.fix(place, prompt)
    },
    {
      id: CommandIDs.improve,
      label: trans.__('Improve Cell'),
      caption: trans.__('Ask the assistant for a better version, to accept or refuse'),
      icon: improveIcon,
      suits: place => isCode(place) && !isEmpty(place) && errorOf(place.cell) === null,
      run: (place, prompt) => actions.improve(place, prompt)
    },
    {
      id: CommandIDs.generate,
      label: trans.__('Generate Code…'),
      caption: trans.__('Ask the assistant to write code for this cell'),
      icon: generateIcon,
      suits: place => !isCode(place) || isEmpty(place),
      run: (place, prompt) => actions.generate(place, prompt)
    }
  ];
}

function addCellCommand(options: CommandsOptions, command: CellCommand): void {
  const { commands, palette, actions, trans } = options;
  const { id, label, caption, icon, suits, run } = command;
  commands.addCommand(id, {
    label,
    caption,
    icon: args => (args.toolbar === true ? icon : undefined),
    describedBy: { args: ARGUMENTS },
    isEnabled: () => actions.place !== null,
    isVisible: args => {
      const { place } = actions;
      return args.toolbar !== true || (place !== null && suits(place));
    },
    execute: args => {
      const { place } = actions;
      return place === null ? actions.sayNoNotebook() : run(place, promptOf(args));
    }
  });
  palette?.addItem({ command: id, category: trans.__('Assistant') });
}

function promptOf(args: ReadonlyPartialJSONObject): string | undefined {
  return typeof args.prompt === 'string' ? args.prompt : undefined;
}

function isCode({ cell }: Place): boolean {
  return cell.model.type === 'code';
}

function isEmpty({ cell }: Place): boolean {
  return cell.model.sharedModel.getSource().trim() === '';
}
