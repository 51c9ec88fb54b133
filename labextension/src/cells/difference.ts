/** What a proposal changes in a cell, line by line. */

import { diffLines, diffWordsWithSpace } from 'diff';

/** A piece of a line; `isNew` where the line that it stands for has it not. */
export type Piece = { text: string; isNew: boolean };
export type Line = { kind: 'added' | 'removed' | 'same'; text: string; pieces?: Piece[] };
/** Lines that are the same on both sides and are not shown. */
export type Gap = { kind: 'gap'; lines: number };
export type Row = Line | Gap;

export type Difference = { rows: Row[]; added: number; removed: number };

/** Unchanged lines that are shown around a change. */
const AROUND = 3;
/** Longer lines are not compared word by word. */
const COMPARED_CHARS = 500;

export function difference(before: string, after: string): Difference {
  const lines = diffLines(ended(before), ended(after)).flatMap(each => {
    const kind = each.added ? 'added' : each.removed ? 'removed' : 'same';
    return linesOf(each.value).map((text): Line => ({ kind, text }));
  });
  compareWords(lines);
  return {
    rows: shortened(lines),
    added: lines.filter(each => each.kind === 'added').length,
    removed: lines.filter(each => each.kind === 'removed').length
  };
}

export type Replacement = { start: number; end: number; text: string };

/** The one place where two texts differ, so that the rest of the cell is left alone. */
export function replacement(before: string, after: string): Replacement {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) {
    start++;
  }
  if (isFirstHalf(before[start - 1])) {
    start--;
  }
  let tail = 0;
  while (
    tail < shorter - start &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail++;
  }
  if (tail > 0 && isSecondHalf(before[before.length - tail])) {
    tail--;
  }
  const end = before.length - tail;
  return { start, end, text: after.slice(start, after.length - tail) };
}

/** Of a character that takes two places; shared text must not be cut between them. */
function isFirstHalf(char: string | undefined): boolean {
  return char !== undefined && /[\ud800-\udbff]/.test(char);
}

function isSecondHalf(char: string | undefined): boolean {
  return char !== undefined && /[\udc00-\udfff]/.test(char);
}

/** Where as many lines are added as are removed, each stands for one. */
function compareWords(lines: readonly Line[]): void {
  for (let start = 0; start < lines.length; start++) {
    const removed = run(lines, start, 'removed');
    const added = run(lines, start + removed.length, 'added');
    if (removed.length === added.length) {
      removed.forEach((line, index) => compare(line, added[index]));
    }
    start += removed.length + added.length;
  }
}

function run(lines: readonly Line[], start: number, kind: Line['kind']): Line[] {
  const end = lines.findIndex((line, index) => index >= start && line.kind !== kind);
  return lines.slice(start, end === -1 ? undefined : end);
}

function compare(removed: Line, added: Line): void {
  if (removed.text.length > COMPARED_CHARS || added.text.length > COMPARED_CHARS) {
    return;
  }
  const words = diffWordsWithSpace(removed.text, added.text);
  const isAlike = words.some(each => !each.added && !each.removed && each.value.trim() !== '');
  if (isAlike) {
    removed.pieces = pieces(words.filter(each => !each.added));
    added.pieces = pieces(words.filter(each => !each.removed));
  }
}

function pieces(words: { value: string; added: boolean; removed: boolean }[]): Piece[] {
  return words.map(each => ({ text: each.value, isNew: each.added || each.removed }));
}

/** A last line without an end is no other line than one with it. */
function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

function shortened(lines: readonly Line[]): Row[] {
  const near = nearChanges(lines);
  const rows: Row[] = [];
  let hidden = 0;
  const flush = (): void => {
    if (hidden > 0) {
      rows.push({ kind: 'gap', lines: hidden });
      hidden = 0;
    }
  };
  lines.forEach((line, index) => {
    if (near.has(index)) {
      flush();
      rows.push(line);
    } else {
      hidden++;
    }
  });
  flush();
  return rows;
}

function nearChanges(lines: readonly Line[]): Set<number> {
  const near = new Set<number>();
  lines.forEach((line, index) => {
    if (line.kind !== 'same') {
      for (let place = index - AROUND; place <= index + AROUND; place++) {
        near.add(place);
      }
    }
  });
  return near;
}
