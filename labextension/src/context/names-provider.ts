/** Completes `@file:`, `@cell:` and `@var:` while a question is typed. */

import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ChatCommand, IChatCommandProvider, IInputModel } from '../chat-compat';
import { listed } from './files';
import type { Entry } from './files';
import type { KernelFacts, VariableName } from './kernel-facts';
import { KINDS, escaped } from './mention';
import type { MentionKind } from './mention';
import { targetOf } from './naming';
import type { Workplace } from './workplace';

export type NamesOptions = {
  workplace: Workplace;
  facts: KernelFacts;
  contents: Contents.IManager;
  trans: TranslationBundle;
};

const ID = 'jupyter-llmchat:names';
/** To choose from; whoever types on sees others. */
const MOST = 12;
const WORD = /^@(file|cell|var):(.*)$/s;

type Choice = { target: string; description: string; goesOn?: boolean };

export class NamesProvider implements IChatCommandProvider {
  constructor(private readonly options: NamesOptions) {}

  readonly id = ID;

  async listCommandCompletions(input: IInputModel): Promise<ChatCommand[]> {
    let word: string;
    let found: ChatCommand[];
    do {
      // The list shows what is told last: a slow answer must not be about an older word.
      word = input.currentWord ?? '';
      found = await this.completions(word);
    } while (word !== (input.currentWord ?? ''));
    return found;
  }

  /** They are read when the question is put: see mentioned.ts. */
  async onSubmit(): Promise<void> {}

  private async completions(word: string): Promise<ChatCommand[]> {
    if (!word.startsWith('@')) {
      return [];
    }
    const named = WORD.exec(word);
    return named === null ? this.kinds(word) : this.targets(named[1] as MentionKind, named[2]);
  }

  private kinds(word: string): ChatCommand[] {
    const { trans } = this.options;
    const descriptions: Record<MentionKind, string> = {
      file: trans.__('a file of the server'),
      cell: trans.__('a cell of the notebook'),
      var: trans.__('a variable of the kernel')
    };
    return KINDS.map(kind => ({
      name: `@${kind}:`,
      providerId: ID,
      icon: null,
      description: descriptions[kind]
    })).filter(each => each.name.startsWith(word));
  }

  private async targets(kind: MentionKind, typed: string): Promise<ChatCommand[]> {
    const begun = typed.replace(/\\(.)/g, '$1');
    const choices = await this.choices(kind, begun).catch(reason => this.none(kind, reason));
    const offered = choices.map(({ target, description, goesOn }) => ({
      name: `@${kind}:${escaped(target)}`,
      providerId: ID,
      icon: null,
      description,
      spaceOnAccept: !goesOn
    }));
    // One that is there already would only be in the way of Enter.
    return offered.filter(each => each.name !== `@${kind}:${typed}` || !each.spaceOnAccept);
  }

  private async choices(kind: MentionKind, begun: string): Promise<Choice[]> {
    switch (kind) {
      case 'file':
        return this.files(begun);
      case 'cell':
        return matching(this.cells(), begun);
      case 'var':
        return matching((await this.options.facts.names()).map(variable), begun);
    }
  }

  private async files(begun: string): Promise<Choice[]> {
    const { contents, trans } = this.options;
    const folder = begun.split('/').slice(0, -1).join('/');
    const entries = await listed(contents, folder);
    return matching(entries.map(each => file(each, trans)), begun);
  }

  private cells(): Choice[] {
    return this.options.workplace.cells
      .filter(each => each.source.trim() !== '')
      .map(each => ({ target: targetOf(each), description: firstLine(each.source) }));
  }

  /** In the list, so that it is known why it is empty. */
  private none(kind: MentionKind, reason: unknown): Choice[] {
    const { trans } = this.options;
    const unread = trans.__('The folder could not be read.');
    const message = kind === 'file' || !(reason instanceof Error) ? unread : reason.message;
    return [{ target: '', description: message, goesOn: true }];
  }
}

/** Those that begin with it, then those that have it in them. */
function matching(choices: readonly Choice[], begun: string): Choice[] {
  const wanted = begun.toLowerCase();
  const place = ({ target }: Choice): number => target.toLowerCase().indexOf(wanted);
  const found = choices.filter(each => place(each) >= 0);
  const first = found.filter(each => place(each) === 0);
  return [...first, ...found.filter(each => place(each) > 0)].slice(0, MOST);
}

function file({ path, isFolder, size }: Entry, trans: TranslationBundle): Choice {
  if (isFolder) {
    return { target: `${path}/`, description: trans.__('folder'), goesOn: true };
  }
  const kilobytes = size === null ? '' : trans.__('%1 kB', Math.max(1, Math.round(size / 1000)));
  return { target: path, description: kilobytes };
}

function variable({ name, type }: VariableName): Choice {
  return { target: name, description: type };
}

function firstLine(source: string): string {
  const line = source.trim().split('\n')[0];
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
