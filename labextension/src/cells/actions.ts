/** What can be done with a cell: each asks in the panel, and nothing is run by itself. */

import { InputDialog, Notification } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { AskRequest, Asked, IChatService } from '../tokens';
import type { Proposals } from './proposals';
import { read } from './reading';
import { explain, fix, generate, improve } from './requests';
import type { CellText } from './requests';
import { wishIn } from './wish';
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

  /** `words` are a person's, added to what is asked anyway; the same holds below. */
  explain(place: Place, words = ''): void {
    const text = textOf(place);
    if (this.hasText(text)) {
      void this.options.service.ask(withWords(explain(text), words));
    }
  }

  fix(place: Place, words = ''): void {
    const text = textOf(place);
    if (this.isCode(text) && this.hasText(text)) {
      this.propose('fix', place, text, withWords(fix(text), words));
    }
  }

  improve(place: Place, words = ''): void {
    const text = textOf(place);
    if (this.isCode(text) && this.hasText(text)) {
      this.propose('improve', place, text, withWords(improve(text), words));
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
    const { id } = place.cell.model;
    // Who asks the same of a cell that is the same did not want the answer before.
    const same = JSON.stringify([request.question, text.source]);
    const fresh = this.proposed.get(id) === same;
    this.proposed.set(id, same);
    const options = { ...request.options, ...(fresh && { fresh }) };
    const begin = (asked: Promise<Asked>): void =>
      this.options.proposals.begin({ action, panel: place.panel, cellId: id, text, asked });
    begin(this.options.service.ask({ ...request, options, again: begin }));
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

  /** What was asked last, by the cell's id. */
  private readonly proposed = new Map<string, string>();
}

function withWords(request: AskRequest, words: string): AskRequest {
  const question = `${request.question}\n${words}`.trim();
  return { ...request, question };
}

function textOf({ panel, cell }: Place): CellText {
  return read(cell, panel.content);
}
