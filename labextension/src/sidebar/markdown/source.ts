/**
 * The model's Markdown, made ready for Jupyter's renderer: HTML becomes text, formulas get
 * the delimiters that the renderer knows. What the renderer makes of it is sanitised all
 * the same (sanitizer.ts): this is for what is seen, that is for safety.
 */

import { FENCE, fenceAfter } from '../../fences';
import type { Fence } from '../../fences';

/** Stands for `<` until the HTML is sanitised, so that no parser takes it for a tag. */
export const LESS = '\uE000';

/** A code span, or what is to be changed outside of one. */
const SPAN_OR_TEXT = /(`+)(?!`)[^]*?[^`]\1(?!`)|[^`]+|`+/g;
const AUTOLINK = /<((?:https?:\/\/|mailto:)[^\s<>]+)>/g;
/** Languages that Jupyter draws instead of showing them. */
const DRAWN = /^(mermaid)$/i;

/** Ready for Jupyter's Markdown renderer. */
export function prepared(source: string): string {
  const pieces: string[] = [];
  let text: string[] = [];
  let open: Fence | null = null;
  const flush = (): void => {
    if (text.length > 0) {
      pieces.push(preparedText(text.join('\n')));
      text = [];
    }
  };
  for (const line of source.replace(new RegExp(LESS, 'g'), '\uFFFD').split('\n')) {
    const next = fenceAfter(line, open);
    if (open === null && next === null) {
      text.push(line);
    } else {
      flush();
      pieces.push(open === null ? undrawn(line) : line);
    }
    open = next;
  }
  flush();
  return pieces.join('\n');
}

function undrawn(line: string): string {
  const language = FENCE.exec(line)?.[2] ?? '';
  return DRAWN.test(language) ? line.replace(language, 'text') : line;
}

function preparedText(text: string): string {
  return text.replace(SPAN_OR_TEXT, piece =>
    piece.startsWith('`') ? piece : withMath(piece.replace(AUTOLINK, '$1').replace(/</g, LESS))
  );
}

/** `\( \)` and `\[ \]`, as most models write formulas. */
function withMath(text: string): string {
  return text
    .replace(/(?<!\\)\\\[([^]{1,3000}?)\\\]/g, (_, inner: string) => `$$${inner}$$`)
    .replace(/(?<!\\)\\\((.{1,1000}?)\\\)/g, (_, inner: string) => `$${inner.trim()}$`);
}
