/** Which actions suit the active cell changes with it, and with what it says and outputs. */

import type { Cell, ICodeCellModel } from '@jupyterlab/cells';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';

import { CommandIDs } from './commands';

export class ToolbarFollower {
  constructor(
    private readonly commands: CommandRegistry,
    notebooks: INotebookTracker
  ) {
    notebooks.activeCellChanged.connect((_, cell) => this.follow(cell));
    this.follow(notebooks.activeCell);
  }

  private follow(cell: Cell | null): void {
    this.release();
    this.cell = cell;
    if (cell !== null) {
      cell.model.contentChanged.connect(this.onChange, this);
      if (cell.model.type === 'code') {
        (cell.model as ICodeCellModel).outputs.changed.connect(this.onChange, this);
      }
    }
    this.tell();
  }

  private release(): void {
    // The model of a cell that was deleted is gone, with its signals.
    const model = this.cell?.model;
    if (model && !model.isDisposed) {
      model.contentChanged.disconnect(this.onChange, this);
      if (model.type === 'code') {
        (model as ICodeCellModel).outputs.changed.disconnect(this.onChange, this);
      }
    }
  }

  private onChange(): void {
    if (this.frame === 0) {
      this.frame = requestAnimationFrame(() => this.tell());
    }
  }

  private tell(): void {
    this.frame = 0;
    const { explain, fix, generate, improve } = CommandIDs;
    for (const id of [explain, fix, generate, improve]) {
      this.commands.notifyCommandChanged(id);
    }
  }

  private cell: Cell | null = null;
  private frame = 0;
}
