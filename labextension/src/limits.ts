/** How much of what goes along with a question; the server fits it to the model's tokens. */

/** All cells of a notebook; about as much as the server has room for. */
export const NOTEBOOK_CHARS = 8_000;
/** One cell among the others. */
export const CELL_CHARS = 3_000;
/** The cell that a question is about. */
export const CHOSEN_CELL_CHARS = 8_000;
/** What one cell among the others has shown. */
export const OUTPUT_CHARS = 400;
/** What the cell that a question is about has shown. */
export const CHOSEN_OUTPUT_CHARS = 2_000;
/** The end of a traceback says the most. */
export const TRACEBACK_CHARS = 3_000;
export const SELECTION_CHARS = 8_000;
export const FILE_CHARS = 16_000;
/** What is larger is not read at all. */
export const FILE_BYTES = 2_000_000;

const CUT = '…';

/** The beginning, up to the end of a line. */
export function beginning(text: string, chars: number): string {
  if (text.length <= chars) {
    return text;
  }
  const kept = text.slice(0, chars);
  const end = kept.lastIndexOf('\n');
  return `${end > chars / 2 ? kept.slice(0, end) : kept}\n${CUT}`;
}

/** Beginning and end: of what a program prints, both may matter. */
export function bothEnds(text: string, chars: number): string {
  if (text.length <= chars) {
    return text;
  }
  const half = Math.floor(chars / 2);
  return `${text.slice(0, half)}\n${CUT}\n${text.slice(-half)}`;
}

export function ending(text: string, chars: number): string {
  return text.length <= chars ? text : `${CUT}\n${text.slice(-chars)}`;
}
