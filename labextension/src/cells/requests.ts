/** What is asked about a cell. What is said here is for the model, in its language. */

import { textOfError } from '../cell-data';
import type { CellError } from '../cell-data';
import type { AskOptions, ContextPart } from '../protocol';
import type { AskRequest } from '../tokens';

/** A cell as text, with what stands before it. */
export type CellText = {
  type: 'code' | 'markdown' | 'raw';
  source: string;
  /** How people call it: `In [3]`, or its place in the notebook. */
  name: string;
  /** Of the notebook's kernel: `python`. */
  language: string;
  error: CellError | null;
  /** Code cells above, in the notebook's order. */
  before: readonly NamedSource[];
};

export type NamedSource = { name: string; source: string };

/** Of the cells above, the nearest ones go along up to this size. */
const BEFORE_CHARS = 4000;
/** What the server allows a part of an answer if nothing is said. */
const USUAL_TOKENS = 400;
const MOST_TOKENS = 4096;
/** Of code, rather too few than too many. */
const CHARS_A_TOKEN = 3;
/** For a sentence or two beside the code. */
const WORDS_TOKENS = 200;

export function explain(cell: CellText): AskRequest {
  const error = cell.error === null ? '' : ' Say also why it fails.';
  const what = cell.type === 'code' ? 'what the current cell does' : 'the current cell';
  return {
    question: `Explain ${what}, step by step.${error}`,
    context: [...above(cell), ...itself(cell)]
  };
}

export function fix(cell: CellText): AskRequest {
  const { error } = cell;
  const why =
    error === null ? 'Find the mistakes in it' : `It fails with ${classOf(error)}`;
  const wish = `${why}; change no more than needed.`;
  return asCode(cell, 'the whole corrected CODE of the current cell', wish);
}

export function improve(cell: CellText): AskRequest {
  const wish = 'It must be clear, correct and fast, with the same results.';
  return asCode(cell, 'a better version of the whole CODE of the current cell', wish);
}

/** `notebook` is the cell that the code is for. */
export function generate(prompt: string, notebook: CellText): AskRequest {
  const request = asCode(notebook, 'the whole CODE', '');
  return { ...request, question: `${prompt.trim()}\n${request.question}` };
}

/** Small models write a block of code only if they are shown how it begins. */
function asCode(cell: CellText, what: string, wish: string): AskRequest {
  const language = cell.language || 'python';
  const code = what.replace('CODE', `${language} code`);
  return {
    question: `Write ${code} in a \`\`\`${language} code block. ${wish}`.trim(),
    context: [...above(cell), ...itself(cell)],
    options: options(cell)
  };
}

/** One part that holds the code, long enough for the cell as it is. */
function options(cell: CellText): AskOptions {
  const needed = Math.ceil(cell.source.length / CHARS_A_TOKEN) + WORDS_TOKENS;
  return {
    strategy: 'simple',
    ...(needed > USUAL_TOKENS && { max_tokens: Math.min(needed, MOST_TOKENS) })
  };
}

function itself(cell: CellText): ContextPart[] {
  const parts: ContextPart[] = [{ kind: 'cell', name: cell.name, text: cell.source }];
  if (cell.error !== null) {
    parts.push({ kind: 'error', name: `in ${cell.name}`, text: textOfError(cell.error) });
  }
  return parts.filter(each => each.text.trim() !== '');
}

/** The nearest cells above, oldest first as the server wants it. */
function above(cell: CellText): ContextPart[] {
  const parts: ContextPart[] = [];
  let chars = 0;
  for (const { name, source } of [...cell.before].reverse()) {
    chars += source.length;
    if (chars > BEFORE_CHARS) {
      break;
    }
    if (source.trim() !== '') {
      parts.unshift({ kind: 'notebook', name, text: source });
    }
  }
  return parts;
}

/** Whatever a notebook says it is, the question is ours. */
function classOf(error: CellError): string {
  return /^[\w.]{1,80}$/.test(error.name) ? error.name : 'an error';
}
