/** What a question names: files, cells and variables. */

import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ContextPart } from '../protocol';
import type { Collected, IContextSource } from '../tokens';
import { chosenCell } from './cell-text';
import { textOfFile } from './files';
import type { KernelFacts } from './kernel-facts';
import { mentionsIn } from './mention';
import type { Mention } from './mention';
import { found } from './naming';
import type { Workplace } from './workplace';

export type MentionOptions = {
  workplace: Workplace;
  facts: KernelFacts;
  contents: Contents.IManager;
  trans: TranslationBundle;
};

/** Always on: whoever names something wants it to be known. */
export class Mentioned implements IContextSource {
  constructor(private readonly options: MentionOptions) {
    this.label = options.trans.__('Named in the question');
  }

  readonly id = 'mentioned';
  readonly label: string;
  readonly isFixed = true;
  enabled = true;

  /** What cannot be read is named with its reason; the rest is sent. */
  async collect(question = ''): Promise<Collected> {
    const mentions = mentionsIn(question);
    const told = await Promise.allSettled(mentions.map(each => this.parts(each)));
    const parts: ContextPart[] = [];
    const failed: string[] = [];
    told.forEach((result, place) => {
      if (result.status === 'fulfilled') {
        parts.push(...result.value);
      } else {
        const { message } = result.reason as Error;
        failed.push(`${mentions[place].written} (${message})`);
      }
    });
    return { parts, failed };
  }

  private parts({ kind, target }: Mention): Promise<ContextPart[]> {
    switch (kind) {
      case 'file':
        return textOfFile(this.options.contents, target, this.options.trans);
      case 'cell':
        return this.cell(target);
      case 'var':
        return this.variable(target);
    }
  }

  private async cell(target: string): Promise<ContextPart[]> {
    const { trans, workplace } = this.options;
    const cell = found(workplace.cells, target);
    if (cell === undefined) {
      throw new Error(
        workplace.notebook === null
          ? trans.__('no notebook is open')
          : trans.__('the notebook has no such cell')
      );
    }
    return chosenCell(cell);
  }

  private async variable(target: string): Promise<ContextPart[]> {
    const parts = await this.options.facts.facts('', [target]);
    if (parts.length === 0) {
      throw new Error(this.options.trans.__('the kernel has no such variable'));
    }
    return parts;
  }
}
