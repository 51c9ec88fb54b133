/** Cells of an open notebook, as they are asked about. */

import type { Cell } from '@jupyterlab/cells';
import type { Notebook } from '@jupyterlab/notebook';

import { dataOf, lastError, nameOf } from '../cell-data';
import type { CellError } from '../cell-data';
import type { CellText } from './requests';

/** A kernel is not needed. */
export function read(cell: Cell, notebook: Notebook): CellText {
  const place = notebook.widgets.indexOf(cell);
  const all = notebook.widgets.slice(0, place + 1).map((each, index) => dataOf(each.model, index + 1));
  const data = all.pop() ?? dataOf(cell.model, 0);
  return {
    type: data.type,
    source: data.source,
    name: nameOf(data),
    language: languageOf(notebook),
    error: lastError(data.outputs),
    before: all
      .filter(each => each.type === 'code')
      .map(each => ({ name: nameOf(each), source: each.source }))
  };
}

/** The last error among its outputs. */
export function errorOf(cell: Cell): CellError | null {
  return lastError(dataOf(cell.model, 0).outputs);
}

/** Whether it may be changed by somebody who edits the notebook. */
export function isReadOnly(cell: Cell): boolean {
  return cell.model.getMetadata('editable') === false;
}

function languageOf(notebook: Notebook): string {
  const info = notebook.model?.getMetadata('language_info') as { name?: unknown } | undefined;
  return typeof info?.name === 'string' ? info.name : 'python';
}
