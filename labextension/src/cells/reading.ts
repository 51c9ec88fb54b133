/** Cells of a notebook as text. */

import type { Cell, ICodeCellModel } from '@jupyterlab/cells';
import type { IError } from '@jupyterlab/nbformat';
import type { Notebook } from '@jupyterlab/notebook';

import type { CellError, CellText, NamedSource } from './requests';

const ANSI = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** A cell of an open notebook; a kernel is not needed. */
export function read(cell: Cell, notebook: Notebook): CellText {
  const place = notebook.widgets.indexOf(cell);
  return {
    type: typeOf(cell),
    source: cell.model.sharedModel.getSource(),
    name: nameOf(cell, place),
    language: languageOf(notebook),
    error: errorOf(cell),
    before: notebook.widgets.slice(0, Math.max(0, place)).flatMap(codeOf)
  };
}

/** The last error among its outputs. */
export function errorOf(cell: Cell): CellError | null {
  if (!isCode(cell.model)) {
    return null;
  }
  const { outputs } = cell.model;
  for (let index = outputs.length - 1; index >= 0; index--) {
    const output = outputs.get(index);
    if (output.type === 'error') {
      return asError(output.toJSON() as Partial<IError>);
    }
  }
  return null;
}

/** Whether it may be changed by somebody who edits the notebook. */
export function isReadOnly(cell: Cell): boolean {
  return cell.model.getMetadata('editable') === false;
}

function asError(output: Partial<IError>): CellError {
  const { ename = '', evalue = '', traceback } = output;
  const lines = Array.isArray(traceback) ? traceback : [];
  return { name: ename, message: evalue, traceback: lines.join('\n').replace(ANSI, '') };
}

function codeOf(cell: Cell, place: number): NamedSource[] {
  if (cell.model.type !== 'code') {
    return [];
  }
  return [{ name: nameOf(cell, place), source: cell.model.sharedModel.getSource() }];
}

function nameOf(cell: Cell, place: number): string {
  const count = isCode(cell.model) ? cell.model.executionCount : null;
  return typeof count === 'number' ? `In [${count}]` : `number ${place + 1}`;
}

function typeOf(cell: Cell): CellText['type'] {
  const { type } = cell.model;
  return type === 'code' || type === 'markdown' ? type : 'raw';
}

function languageOf(notebook: Notebook): string {
  const info = notebook.model?.getMetadata('language_info') as { name?: unknown } | undefined;
  return typeof info?.name === 'string' ? info.name : 'python';
}

function isCode(model: Cell['model']): model is ICodeCellModel {
  return model.type === 'code';
}
