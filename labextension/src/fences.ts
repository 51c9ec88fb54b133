/** Where a block of code begins and ends in Markdown. */

export const FENCE = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})[ \t]*([^`\s]*)/;

export type Fence = { mark: string };

/** The fence that a line opens or closes; null if it does neither. */
export function fenceAfter(line: string, open: Fence | null): Fence | null {
  const found = FENCE.exec(line);
  if (open === null) {
    return found ? { mark: found[1] } : null;
  }
  const closes =
    found !== null &&
    found[1][0] === open.mark[0] &&
    found[1].length >= open.mark.length &&
    line.trim().endsWith(found[1]);
  return closes ? null : open;
}
