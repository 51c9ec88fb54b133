/** What a proposal changes in a cell, line by line. */

import { diffLines } from 'diff';

export type Line = { kind: 'added' | 'removed' | 'same'; text: string };
/** Lines that are the same on both sides and are not shown. */
export type Gap = { kind: 'gap'; lines: number };
export type Row = Line | Gap;

export type Difference = { rows: Row[]; added: number; removed: number };

/** Unchanged lines that are shown around a change. */
const AROUND = 3;

export function difference(before: string, after: string): Difference {
  const lines = diffLines(ended(before), ended(after)).flatMap(each => {
    const kind = each.added ? 'added' : each.removed ? 'removed' : 'same';
    return linesOf(each.value).map((text): Line => ({ kind, text }));
  });
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
