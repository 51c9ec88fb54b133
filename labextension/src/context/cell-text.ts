/** Cells as text for the model: their source, and what they have shown. */

import type { ContextPart } from '../protocol';
import { beginning, bothEnds, ending } from './limits';
import {
  CELL_CHARS,
  CHOSEN_CELL_CHARS,
  CHOSEN_OUTPUT_CHARS,
  NOTEBOOK_CHARS,
  OUTPUT_CHARS,
  TRACEBACK_CHARS
} from './limits';

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
  outputs: readonly Output[];
};

/** Between a source and what it has shown; the server knows it too. */
const RESULT = '\nOut: ';
const ANSI = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;
/** Kinds of output that people read as text, best first. */
const TEXT_KINDS = ['text/plain', 'text/markdown', 'text/latex'];

/** How people call it: `In [3]`, or its place in the notebook. */
export function nameOf(cell: CellData): string {
  return cell.count === null ? `number ${cell.place}` : `In [${cell.count}]`;
}

/** The cell that a question is about, and its error if it has one. */
export function chosenCell(cell: CellData): ContextPart[] {
  const name = nameOf(cell);
  const text = textOf(cell, CHOSEN_CELL_CHARS, CHOSEN_OUTPUT_CHARS);
  const parts: ContextPart[] = [{ kind: 'cell', name, text }];
  const error = errorOf(cell.outputs);
  if (error !== '') {
    parts.push({ kind: 'error', name: `in ${name}`, text: error });
  }
  return parts.filter(each => each.text.trim() !== '');
}

/** The cells of a notebook in their order; of a long one those nearest to `active`. */
export function notebookCells(cells: readonly CellData[], active: number): ContextPart[] {
  const texts = cells.map(each => textOf(each, CELL_CHARS, OUTPUT_CHARS));
  return nearest(texts, active).map(place => ({
    kind: 'notebook',
    name: nameOf(cells[place]),
    text: texts[place]
  }));
}

/** The last error that was shown, as plain text; '' if there is none. */
export function errorOf(outputs: readonly Output[]): string {
  const error = [...outputs].reverse().find(each => each.output_type === 'error');
  if (error === undefined) {
    return '';
  }
  const heading = [error.ename, error.evalue].filter(Boolean).join(': ');
  const trace = plain((error.traceback ?? []).join('\n'));
  const told = trace.includes(error.evalue ?? '') ? '' : heading;
  return [ending(trace, TRACEBACK_CHARS), told].filter(Boolean).join('\n') || heading;
}

function textOf(cell: CellData, sourceChars: number, outputChars: number): string {
  const source = beginning(cell.source.replace(/^\n+|\s+$/g, ''), sourceChars);
  const shown = bothEnds(shownBy(cell.outputs), outputChars);
  return shown === '' || source === '' ? source : `${source}${RESULT}${shown}`;
}

/** What a cell has printed and given, without errors: these are told apart. */
function shownBy(outputs: readonly Output[]): string {
  const texts = outputs.map(each => plain(outputText(each)).replace(/^\n+|\s+$/g, ''));
  return texts.filter(each => each !== '').join('\n');
}

function outputText(output: Output): string {
  if (output.output_type === 'stream') {
    return joined(output.text);
  }
  const data = output.data ?? {};
  const kind = TEXT_KINDS.find(each => data[each] !== undefined);
  const text = kind === undefined ? '' : joined(data[kind]);
  const hasPicture = Object.keys(data).some(each => each.startsWith('image/'));
  return hasPicture ? `${text}\n(a picture)`.trim() : text;
}

/** Without colours, and as a terminal would leave a line that was written over. */
function plain(text: string): string {
  return text.replace(ANSI, '').replace(/\r\n/g, '\n').replace(/^.*\r(?=.)/gm, '');
}

function joined(text: unknown): string {
  return Array.isArray(text) ? text.join('') : typeof text === 'string' ? text : '';
}

/** Places of texts that fit together, from the nearest on, in order. */
function nearest(texts: readonly string[], active: number): number[] {
  const places = texts
    .map((_, place) => place)
    .filter(place => texts[place] !== '')
    .sort((a, b) => distance(a, active) - distance(b, active));
  let left = NOTEBOOK_CHARS;
  const kept: number[] = [];
  for (const place of places) {
    left -= texts[place].length;
    if (left < 0) {
      break;
    }
    kept.push(place);
  }
  return kept.sort((a, b) => a - b);
}

/** What stands above a cell says more about it than what stands below. */
function distance(place: number, active: number): number {
  return place <= active ? 2 * (active - place) : 4 * (place - active) - 1;
}
