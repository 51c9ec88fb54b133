/** Code for one cell: asked for, then offered. Only a person's click changes the cell. */

import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';

import type { Asked } from '../tokens';
import { offerOf } from './code';
import type { Offer } from './code';
import { replacement } from './difference';
import { isReadOnly } from './reading';
import type { CellText } from './requests';
import type { Action } from './words';

export type ProposalState = { kind: 'waiting' } | Offer;

/** `gone` where there is no such cell any more. */
export type Applied = 'done' | 'gone' | 'read-only';

export type ProposalOptions = {
  action: Action;
  panel: NotebookPanel;
  cellId: string;
  /** The cell as it was asked about. */
  text: CellText;
  asked: Promise<Asked>;
};

export class Proposal {
  constructor(options: ProposalOptions) {
    this.action = options.action;
    this.panel = options.panel;
    this.cellId = options.cellId;
    this.base = options.text.source;
    this.isBeside = options.text.type !== 'code';
    this.follow(options).catch((error: unknown) => {
      console.error('The answer for a cell could not be followed.', error);
      this.becomes({ kind: 'failed' });
    });
  }

  readonly action: Action;
  readonly panel: NotebookPanel;
  readonly cellId: string;
  /** The cell's source when it was asked about. */
  readonly base: string;
  /** Whether the code gets a cell of its own, below this one. */
  readonly isBeside: boolean;
  readonly changed = new Signal<this, void>(this);
  /** Nobody wants it any more. */
  readonly closed = new Signal<this, void>(this);

  get state(): ProposalState {
    return this.current;
  }

  /** As it is now, wherever it has been moved to; null if it was deleted. */
  get cell(): Cell | null {
    if (this.panel.isDisposed) {
      return null;
    }
    return this.panel.content.widgets.find(each => each.model.id === this.cellId) ?? null;
  }

  /** What stands where the code would go. */
  get source(): string {
    return this.isBeside ? '' : (this.cell?.model.sharedModel.getSource() ?? this.base);
  }

  /** Puts the code into the cell, as one step that can be undone. Nothing is run. */
  accept(): Applied {
    const { cell, current } = this;
    if (cell === null || current.kind !== 'code') {
      return 'gone';
    }
    if (this.isBeside ? this.panel.content.model?.readOnly : isReadOnly(cell)) {
      return 'read-only';
    }
    if (this.isBeside) {
      this.insert(cell, current.code);
    } else {
      write(cell, current.code);
    }
    this.close();
    return 'done';
  }

  /** Leaves the cell as it is; an answer that is being written for it is stopped. */
  refuse(): void {
    if (this.current.kind === 'waiting') {
      this.asked?.stop();
    }
    this.close();
  }

  close(): void {
    if (!this.isClosed) {
      this.isClosed = true;
      this.closed.emit();
      Signal.clearData(this);
    }
  }

  private async follow({ asked, text }: ProposalOptions): Promise<void> {
    this.asked = await asked;
    if (this.isClosed) {
      this.asked.stop();
      return;
    }
    const turn = await this.asked.outcome;
    this.becomes(offerOf(turn, text.source, text.language));
  }

  private becomes(offer: Offer): void {
    if (!this.isClosed) {
      this.current = offer;
      this.changed.emit();
    }
  }

  private insert(cell: Cell, code: string): void {
    const { content } = this.panel;
    const place = content.widgets.indexOf(cell) + 1;
    // It has no output that could do anything.
    const metadata = { trusted: true };
    content.model?.sharedModel.insertCell(place, { cell_type: 'code', source: code, metadata });
    content.activeCellIndex = place;
  }

  private current: ProposalState = { kind: 'waiting' };
  private asked: Asked | null = null;
  private isClosed = false;
}

/** The history of a shared document; changes within half a second become one step else. */
type Undoable = { undoManager?: { stopCapturing(): void } | null };

function write(cell: Cell, code: string): void {
  const shared = cell.model.sharedModel;
  const history = (shared as Undoable).undoManager;
  const { start, end, text } = replacement(shared.getSource(), code);
  history?.stopCapturing();
  shared.updateSource(start, end, text);
  history?.stopCapturing();
}
