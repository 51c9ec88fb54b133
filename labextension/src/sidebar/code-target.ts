/** Where code of an answer goes: the active cell of the notebook that is seen. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { NotebookActions } from '@jupyterlab/notebook';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';

export class CodeTarget {
  constructor(
    private readonly notebooks: INotebookTracker,
    shell: JupyterFrontEnd.IShell
  ) {
    notebooks.activeCellChanged.connect(() => this.changed.emit());
    notebooks.currentChanged.connect((_, panel) => {
      this.changed.emit();
      // It becomes the current one before it is seen.
      void panel?.revealed.then(() => this.changed.emit());
    });
    shell.currentChanged?.connect(() => this.changed.emit());
  }

  /** What is there may be another, or nothing. */
  readonly changed = new Signal<this, void>(this);

  get isThere(): boolean {
    return this.panel !== null && this.notebooks.activeCell !== null;
  }

  insertAbove(source: string): void {
    if (this.panel !== null) {
      NotebookActions.insertAbove(this.panel.content);
      this.replace(source);
    }
  }

  insertBelow(source: string): void {
    if (this.panel !== null) {
      NotebookActions.insertBelow(this.panel.content);
      this.replace(source);
    }
  }

  /** Can be undone in the notebook. */
  replace(source: string): void {
    if (this.panel !== null) {
      // Not through its editor: a cell out of sight has none.
      this.notebooks.activeCell?.model.sharedModel.setSource(source);
    }
  }

  private get panel(): NotebookPanel | null {
    const panel = this.notebooks.currentWidget;
    return panel?.isVisible ? panel : null;
  }
}
