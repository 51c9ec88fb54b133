/** Says what happens to those who do not see it: stages and endings, never the text. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { ended } from '../fold';
import type { TurnState } from '../protocol';
import { ending, stageActivity } from './words';

export class LiveRegion extends Widget {
  constructor(private readonly trans: TranslationBundle) {
    super();
    this.addClass('jp-llmchat-live');
    this.node.setAttribute('aria-live', 'polite');
    this.node.setAttribute('role', 'status');
  }

  say(text: string): void {
    if (text !== this.said) {
      this.said = text;
      this.node.textContent = text;
    }
  }

  tell(turn: TurnState): void {
    if (ended(turn)) {
      this.say(ending(turn, this.trans)?.hint ?? this.trans.__('The answer is complete.'));
      return;
    }
    const writing = turn.stages.find(each => !each.done);
    if (writing !== undefined) {
      this.say(stageActivity(writing.stage, this.trans));
    }
  }

  private said = '';
}
