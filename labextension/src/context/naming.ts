/** How cells are called in a question. */

import type { CellData } from '../cell-data';

/** `3` is the number beside a cell that has run; `#5` is the fifth cell. */
export function targetOf(cell: CellData): string {
  return cell.count === null ? `#${cell.place}` : String(cell.count);
}

/** By its number, its place, or its id. */
export function found(cells: readonly CellData[], target: string): CellData | undefined {
  if (target.startsWith('#')) {
    return cells[Number(target.slice(1)) - 1];
  }
  // A number may stand beside two cells, after a restart; the later one has run last.
  const numbered = cells.filter(each => String(each.count) === target);
  return numbered[numbered.length - 1] ?? cells.find(each => each.id === target);
}
