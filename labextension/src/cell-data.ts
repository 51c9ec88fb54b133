/** Cells of a notebook as data, how people call them, and how they have failed. */

import type { ICellModel, ICodeCellModel } from '@jupyterlab/cells';

import { TRACEBACK_CHARS, ending } from './limits';

/** An output as it stands in a notebook's file, as far as it is looked at. */
export type Output = {
  output_type?: string;
  text?: string | string[];
  data?: Record<string, unknown>;
  ename?: string;
  evalue?: string;
  traceback?: string[];
};

export type CellData = {
  id: string;
  type: 'code' | 'markdown' | 'raw';
  source: string;
  /** Its number, if it has run. */
  count: number | null;
  /** Counted from 1. */
  place: number;
  /** Of very many only the first and the last. */
  outputs: readonly Output[];
};

/** An error among a cell's outputs. */
export type CellError = {
  name: string;
  message: string;
  /** Plain text; empty if there is none. */
  traceback: string;
};

/** Outputs that are looked at from either end. */
const OUTPUTS = 25;
const ANSI = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/** A cell's model as data; nothing large of it is copied. */
export function dataOf(cell: ICellModel, place: number): CellData {
  const { id, type } = cell;
  const code = type === 'code' ? (cell as ICodeCellModel) : null;
  return {
    id,
    type: type === 'code' || type === 'markdown' ? type : 'raw',
    source: cell.sharedModel.getSource(),
    count: code?.executionCount ?? null,
    place,
    outputs: code === null ? [] : outputsOf(code)
  };
}

/** How people call it: `In [3]`, or its place in the notebook. */
export function nameOf({ count, place }: Pick<CellData, 'count' | 'place'>): string {
  return count === null ? `number ${place}` : `In [${count}]`;
}

/** The last one that was shown. */
export function lastError(outputs: readonly Output[]): CellError | null {
  const error = [...outputs].reverse().find(each => each.output_type === 'error');
  if (error === undefined) {
    return null;
  }
  const { ename = '', evalue = '', traceback } = error;
  const lines = Array.isArray(traceback) ? traceback : [];
  return { name: ename, message: evalue, traceback: plain(lines.join('\n')) };
}

/** For the model: the end of a traceback says the most. */
export function textOfError({ name, message, traceback }: CellError): string {
  // Most tracebacks say the error itself at their end.
  const says = traceback.includes(message) ? '' : [name, message].filter(Boolean).join(': ');
  return [ending(traceback, TRACEBACK_CHARS), says].filter(Boolean).join('\n') || name;
}

/** Without colours, and as a terminal would leave a line that was written over. */
export function plain(text: string): string {
  return text.replace(ANSI, '').replace(/\r\n/g, '\n').replace(/^.*\r(?=.)/gm, '');
}

function outputsOf({ outputs }: ICodeCellModel): Output[] {
  const found: Output[] = [];
  for (let index = 0; index < outputs.length; index++) {
    if (index < OUTPUTS || index >= outputs.length - OUTPUTS) {
      found.push(outputs.get(index).toJSON() as Output);
    }
  }
  return found;
}
