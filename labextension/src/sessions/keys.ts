/** Moving through the list by keys: one stop for Tab, arrows within. */

/** What can have the focus in a row, beside its own buttons. */
const STOPS = '[data-stop]';

/** Whether the key was one that moves. */
export function moveFocus(place: HTMLElement, key: string): boolean {
  const stops = Array.from(place.querySelectorAll<HTMLElement>(STOPS));
  const here = stops.indexOf(document.activeElement as HTMLElement);
  const to = target(key, here, stops.length);
  if (to === null || isWriting(key)) {
    return false;
  }
  const next = to < 0 ? place.querySelector<HTMLElement>('input[role=searchbox]') : stops[to];
  next?.focus();
  return true;
}

/** Place of the stop to go to; -1 is the search box. */
function target(key: string, here: number, count: number): number | null {
  if (count === 0) {
    return null;
  }
  switch (key) {
    case 'ArrowDown':
      return Math.min(here + 1, count - 1);
    case 'ArrowUp':
      return Math.max(here - 1, -1);
    case 'Home':
      return here < 0 ? null : 0;
    case 'End':
      return here < 0 ? null : count - 1;
    default:
      return null;
  }
}

/** In a field these keys move the cursor. */
function isWriting(key: string): boolean {
  const field = document.activeElement;
  const isField = field instanceof HTMLInputElement;
  return isField && (field.getAttribute('role') !== 'searchbox' || key !== 'ArrowDown');
}

/** Gives the focus to the row after the one that goes away, if that has it. */
export function leaveRow(place: HTMLElement, id: string): void {
  const rows = Array.from(place.querySelectorAll<HTMLElement>('[data-session]'));
  const here = rows.findIndex(each => each.dataset.session === id);
  if (rows[here]?.contains(document.activeElement)) {
    const next = rows[here + 1] ?? rows[here - 1];
    const stop = next?.querySelector<HTMLElement>(STOPS);
    (stop ?? place.querySelector<HTMLElement>('input[role=searchbox]'))?.focus();
  }
}
