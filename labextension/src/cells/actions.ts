/** What can be done with a cell: each asks in the panel, and nothing is run by itself. */

import { InputDialog, Notification } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { AskRequest, IChatService } from '../tokens';
import type { Proposals } from './proposals';
import { read } from './reading';
import { explain, fix, generate, improve } from './requests';
import type { CellText } from './requests';
import type { Action } from './words';

/** A cell with the notebook it is in. */
export type Place = { panel: NotebookPanel; cell: Cell };

export type ActionsOptions = {
  service: IChatService;
  notebooks: INotebookTracker;
  proposals: Proposals;
  trans: TranslationBundle;
};

export class CellActions {
  constructor(private readonly options: ActionsOptions) {}

  /** The active cell of the notebook that was used last. */
  get place(): Place | null {
    const panel = this.options.notebooks.currentWidget;
    const cell = panel?.content.activeCell ?? null;
    return panel === null || cell === null ? null : { panel, cell };
  }

  explain(place: Place): void {
    const text = textOf(place);
    if (this.hasText(text)) {
      void this.options.service.ask(explain(text));
    }
  }

  fix(place: Place): void {
    const text = textOf(place);
    if (this.isCode(text) && this.hasText(text)) {
      this.propose('fix', place, text, fix(text));
    }
  }

  improve(place: Place): void {
    const text = textOf(place);
    if (this.isCode(text) && this.hasText(text)) {
      this.propose('improve', place, text, improve(text));
    }
  }

  /** Asks what the code is to do, unless that is known. */
  async generate(place: Place, prompt?: string): Promise<void> {
    const wish = prompt ?? (await this.wish(wishIn(textOf(place))));
    if (wish !== null && wish.trim() !== '' && !place.cell.isDisposed) {
      const text = textOf(place);
      this.propose('generate', place, text, generate(wish, text));
    }
  }

  sayNoNotebook(): void {
    this.say(this.options.trans.__('There is no cell to work on. Open a notebook and choose a cell.'));
  }

  private propose(action: Action, place: Place, text: CellText, request: AskRequest): void {
    const asked = this.options.service.ask(request);
    this.options.proposals.begin({ action, ...place, text, asked });
  }

  private async wish(known: string): Promise<string | null> {
    const { trans } = this.options;
    const answer = await InputDialog.getText({
      title: trans.__('Generate code'),
      label: trans.__('What should the code do?'),
      placeholder: trans.__('Plot the sales of each month'),
      okLabel: trans.__('Generate'),
      text: known,
      required: true
    });
    return answer.button.accept ? answer.value : null;
  }

  private isCode(text: CellText): boolean {
    if (text.type !== 'code') {
      const { trans } = this.options;
      this.say(trans.__('This works on code cells. Choose a code cell, or explain this one.'));
    }
    return text.type === 'code';
  }

  private hasText(text: CellText): boolean {
    const isEmpty = text.source.trim() === '';
    if (isEmpty) {
      const { trans } = this.options;
      this.say(trans.__('This cell is empty. Write something into it, or generate code for it.'));
    }
    return !isEmpty;
  }

  private say(text: string): void {
    Notification.info(text, { autoClose: 5000 });
  }
}

function textOf({ panel, cell }: Place): CellText {
  return read(cell, panel.content);
}

/** What a cell says it is to become: its text, or its comments where it has nothing else. */
export function wishIn(text: CellText): string {
  const lines = text.source.split('\n').map(each => each.trim()).filter(each => each !== '');
  if (text.type === 'code' && !lines.every(each => each.startsWith('#'))) {
    return '';
  }
  return lines.map(each => each.replace(/^#+\s*/, '')).join(' ');
}
