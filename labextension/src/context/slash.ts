/** `/commands` at the beginning of the input: completed, and carried out instead of sent. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { ChatCommand, IChatCommandProvider, IInputModel } from '../chat-compat';
import type { Notes } from './notes';

export type SlashCommand = {
  /** With its slash. */
  name: string;
  /** What may follow, as help shows it; '' if nothing. */
  argument: string;
  description: string;
  /** What can be completed after it. */
  values?: readonly string[];
  /** What goes wrong is said to the person. */
  run(argument: string): Promise<void> | void;
};

const ID = 'jupyter-llmchat:commands';
/** A path like /usr/bin is not one. */
const COMMAND = /^(\/[a-z][\w-]*)(?:\s+([\s\S]*))?$/i;

export class SlashProvider implements IChatCommandProvider {
  constructor(
    private readonly commands: readonly SlashCommand[],
    private readonly notes: Notes,
    /** Whether it is the input of the panel, not that of a question that is changed. */
    private readonly isMain: (input: IInputModel) => boolean,
    private readonly trans: TranslationBundle
  ) {}

  readonly id = ID;

  async listCommandCompletions(input: IInputModel): Promise<ChatCommand[]> {
    const word = input.currentWord ?? '';
    if (!this.isMain(input) || !input.value.startsWith('/') || word === '') {
      return [];
    }
    return input.value === word ? this.completed(word) : this.values(input.value, word);
  }

  /** Empties the input of a command, so that nothing of it is sent. */
  async onSubmit(input: IInputModel): Promise<void> {
    const { value } = input;
    const given = COMMAND.exec(value.trimEnd());
    if (!this.isMain(input) || given === null) {
      this.notes.clear();
      return;
    }
    const command = this.commands.find(each => each.name === given[1].toLowerCase());
    input.value = '';
    if (command === undefined) {
      this.unknown(input, value, given[1]);
      return;
    }
    this.notes.clear();
    // Later: the library empties and asks the same input after this.
    window.setTimeout(() => void this.run(command, (given[2] ?? '').trim()));
  }

  private async run(command: SlashCommand, argument: string): Promise<void> {
    try {
      await command.run(argument);
    } catch (error) {
      this.notes.say(error instanceof Error ? error.message : String(error));
    }
  }

  private unknown(input: IInputModel, value: string, name: string): void {
    const { notes, trans } = this;
    notes.say(
      trans.__('There is no command %1, so nothing was sent.', name),
      trans.__('/help lists the commands. To send it as a question, put a space in front.')
    );
    // The library empties the input after this.
    window.setTimeout(() => {
      if (input.value === '') {
        input.value = value;
      }
    });
  }

  private completed(word: string): ChatCommand[] {
    return this.commands
      // One that is there already would only be in the way of Enter.
      .filter(({ name }) => name !== word && name.startsWith(word.toLowerCase()))
      .map(({ name, argument, description }) => ({
        name,
        providerId: ID,
        icon: null,
        description,
        spaceOnAccept: argument !== ''
      }));
  }

  private values(value: string, word: string): ChatCommand[] {
    const [name, ...others] = value.split(/\s+/);
    const command = this.commands.find(each => each.name === name);
    if (others.length !== 1 || others[0] !== word) {
      return [];
    }
    const values = command?.values ?? [];
    return values
      .filter(each => each.startsWith(word) && each !== word)
      .map(each => ({ name: each, providerId: ID, icon: null }));
  }
}
