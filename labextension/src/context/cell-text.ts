/** Cells as text for the model: their source, and what they have shown. */

import { lastError, nameOf, plain, textOfError } from '../cell-data';
import type { CellData, Output } from '../cell-data';
import { beginning, bothEnds } from '../limits';
import {
  CELL_CHARS,
  CHOSEN_CELL_CHARS,
  CHOSEN_OUTPUT_CHARS,
  NOTEBOOK_CHARS,
  OUTPUT_CHARS
} from '../limits';
import type { ContextPart } from '../protocol';

/** Between a source and what it has shown; the server knows it too. */
const RESULT = '\nOut: ';
/** Kinds of output that people read as text, best first. */
const TEXT_KINDS = ['text/plain', 'text/markdown', 'text/latex'];

/** The cell that a question is about, and its error if it has one. */
export function chosenCell(cell: CellData): ContextPart[] {
  const name = nameOf(cell);
  const text = textOf(cell, CHOSEN_CELL_CHARS, CHOSEN_OUTPUT_CHARS);
  const parts: ContextPart[] = [{ kind: 'cell', name, text }];
  const error = lastError(cell.outputs);
  if (error !== null) {
    parts.push({ kind: 'error', name: `in ${name}`, text: textOfError(error) });
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
