/** Text with the words that were searched for set apart. */

export type Piece = { text: string; isFound: boolean };

/** Ranges count Unicode code points; those that make no sense are left out. */
export function pieces(text: string, ranges: readonly (readonly [number, number])[]): Piece[] {
  const letters = [...text];
  const made: Piece[] = [];
  let place = 0;
  const add = (end: number, isFound: boolean): void => {
    if (end > place) {
      made.push({ text: letters.slice(place, end).join(''), isFound });
      place = end;
    }
  };
  for (const [first, behind] of [...ranges].sort((one, other) => one[0] - other[0])) {
    add(Math.min(first, letters.length), false);
    add(Math.min(behind, letters.length), true);
  }
  add(letters.length, false);
  return made;
}
