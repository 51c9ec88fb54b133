/**
 * A text in blocks that can be rendered one by one: while an answer grows, only the last
 * one is rendered again.
 */

import { fenceAfter } from '../../fences';
import type { Fence } from '../../fences';

const LIST_ITEM = /^\s{0,3}(?:[-*+]|\d{1,9}[.)])\s/;
const REFERENCE = /^\s{0,3}\[[^\]]+\]:\s/m;

/** In order; joined with line ends they are the text. */
export function blocksOf(text: string): string[] {
  if (REFERENCE.test(text)) {
    // A definition holds for the whole text.
    return [text];
  }
  const blocks: string[] = [];
  let current: string[] = [];
  let open: Fence | null = null;
  let formula = false;
  let afterBlank = false;
  for (const line of text.split('\n')) {
    const isOutside = open === null && !formula;
    if (isOutside && afterBlank && begins(line, current)) {
      blocks.push(current.join('\n'));
      current = [];
    }
    current.push(line);
    afterBlank = line.trim() === '';
    open = formula ? null : fenceAfter(line, open);
    if (open === null && oddDisplays(line)) {
      formula = !formula;
    }
  }
  blocks.push(current.join('\n'));
  return blocks;
}

/** Whether a line after an empty one begins something of its own. */
function begins(line: string, before: readonly string[]): boolean {
  if (line.trim() === '' || /^[ \t]/.test(line)) {
    return false;
  }
  // A list goes on after an empty line; numbering must not begin again.
  return !(LIST_ITEM.test(line) && before.some(each => LIST_ITEM.test(each)));
}

function oddDisplays(line: string): boolean {
  const dollars = (line.match(/\$\$/g) ?? []).length;
  const brackets = (line.match(/\\[[\]]/g) ?? []).length;
  return (dollars + brackets) % 2 === 1;
}
