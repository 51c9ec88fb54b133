/** `@file:…`, `@cell:…` and `@var:…` in a question. */

export type MentionKind = 'file' | 'cell' | 'var';
export type Mention = {
  kind: MentionKind;
  /** A path, a cell's number, place or id, or a variable's name. */
  target: string;
  /** As it was written. */
  written: string;
};

export const KINDS: readonly MentionKind[] = ['file', 'cell', 'var'];

/** Ends at a space unless a backslash stands before it, as in a shell. */
const MENTION = /(?<![^\s([{"'`])@(file|cell|var):((?:\\.|[^\s\\])+)/g;
const AFTER = /[.,;:!?)\]}'"`]+$/;

/** Each once, in order. */
export function mentionsIn(question: string): Mention[] {
  const found = new Map<string, Mention>();
  for (const [, kind, rest] of question.matchAll(MENTION)) {
    const target = unescaped(rest.replace(AFTER, ''));
    const written = `@${kind}:${rest.replace(AFTER, '')}`;
    if (target !== '') {
      found.set(written, { kind: kind as MentionKind, target, written });
    }
  }
  return [...found.values()];
}

/** As it is typed after the colon. */
export function escaped(target: string): string {
  return target.replace(/[\s\\]/g, '\\$&');
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}
