/** The code in an answer that is meant for a cell. */

import { fenceAfter } from '../fences';
import type { Fence } from '../fences';
import { ended, textOf } from '../fold';
import type { TurnState } from '../protocol';

export type CodeBlock = {
  /** As the model has named it, in lower case. */
  language: string;
  code: string;
  /** Whether its end is there. */
  isWhole: boolean;
};

/** What an answer has for a cell, or why it has nothing. */
export type Offer =
  | { kind: 'code'; code: string }
  | { kind: 'cut' | 'failed' | 'left' | 'none' | 'same' | 'stopped' };

const OPENING = /^([ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)(?:`{3,}|~{3,})[ \t]*\{?\.?([^`\s},]*)/;
/** What Jupyter's languages are also called. */
const OTHER_NAMES: Record<string, readonly string[]> = {
  python: ['py', 'python3', 'ipython', 'ipython3', 'sage'],
  javascript: ['js'],
  typescript: ['ts'],
  'c++': ['cpp'],
  julia: ['jl']
};

/** `source` is the cell as it was when it was asked about. */
export function offerOf(turn: TurnState, source: string, language: string): Offer {
  if (!ended(turn)) {
    return { kind: 'left' };
  }
  const { finish_reason: reason } = turn;
  if (turn.status === 'failed' || reason === 'interrupted') {
    return { kind: 'failed' };
  }
  if (reason === 'cancelled') {
    return { kind: 'stopped' };
  }
  return offered(codeBlocks(textOf(turn)), source, language);
}

/** Every fenced block of a Markdown text, in order. */
export function codeBlocks(text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: Fence | null = null;
  let indent = 0;
  let lines: string[] = [];
  let language = '';
  const close = (isWhole: boolean): void => {
    blocks.push({ language, code: lines.join('\n').replace(/\s+$/, ''), isWhole });
  };
  for (const line of text.split(/\r?\n/)) {
    const next = fenceAfter(line, open);
    if (open === null && next !== null) {
      const found = OPENING.exec(line);
      indent = found?.[1].length ?? 0;
      language = (found?.[2] ?? '').toLowerCase();
      lines = [];
    } else if (open !== null && next === null) {
      close(true);
    } else if (open !== null) {
      lines.push(withoutIndent(line, indent));
    }
    open = next;
  }
  if (open !== null) {
    close(false);
  }
  return blocks.filter(each => each.code.trim() !== '');
}

function offered(blocks: CodeBlock[], source: string, language: string): Offer {
  const named = blocks.filter(each => isIn(each.language, language));
  const fitting = named.length > 0 ? named : blocks.filter(each => each.language === '');
  const whole = fitting.filter(each => each.isWhole);
  if (whole.length === 0) {
    return { kind: fitting.length > 0 ? 'cut' : 'none' };
  }
  const others = whole.filter(each => each.code !== source.trimEnd());
  return others.length === 0
    ? { kind: 'same' }
    : { kind: 'code', code: nearest(others, source).code };
}

/**
 * Answers may show an example beside the cell: the block most like the cell is the one;
 * where none is, the last.
 */
function nearest(blocks: CodeBlock[], source: string): CodeBlock {
  const lines = new Set(source.split('\n').map(trimmed).filter(each => each !== ''));
  let best = blocks[blocks.length - 1];
  let most = likeness(best, lines);
  for (const each of [...blocks].reverse()) {
    const like = likeness(each, lines);
    if (like > most) {
      best = each;
      most = like;
    }
  }
  return best;
}

function likeness(block: CodeBlock, lines: ReadonlySet<string>): number {
  return block.code.split('\n').filter(each => lines.has(trimmed(each))).length;
}

function trimmed(line: string): string {
  return line.trim();
}

function isIn(named: string, language: string): boolean {
  const wanted = language.toLowerCase();
  return named === wanted || (OTHER_NAMES[wanted] ?? []).includes(named);
}

/** A block in a list or a quotation is as far in as its fence. */
function withoutIndent(line: string, indent: number): string {
  const before = line.slice(0, indent);
  return /^[ \t>]*$/.test(before) ? line.slice(indent) : line;
}
