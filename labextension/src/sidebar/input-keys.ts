/** Keys of the question field, before the chat library sees them. */

import type { KeyboardEvent } from 'react';

type Pressed = KeyboardEvent<HTMLElement>;

/**
 * The library sends at every Enter, even at one that only ends the composition of a
 * character; it looks for commands before it keeps the line end out of the field; and
 * where a list is open, it empties the field instead of choosing what is marked.
 */
export function guardKeys(event: Pressed, sendsWithShift: boolean): void {
  const isEnter = event.key === 'Enter';
  const isTab = event.key === 'Tab' && !event.shiftKey;
  if (isEnter && (event.nativeEvent.isComposing || event.keyCode === 229)) {
    event.stopPropagation();
  } else if ((isEnter || isTab) && choose(event.target)) {
    event.preventDefault();
    event.stopPropagation();
  } else if (isEnter && event.shiftKey === sendsWithShift) {
    event.preventDefault();
  }
}

/** Takes what is marked in the open list; false if there is none. */
function choose(field: EventTarget): boolean {
  if (!(field instanceof Element) || field.getAttribute('aria-expanded') !== 'true') {
    return false;
  }
  const marked = document.getElementById(field.getAttribute('aria-activedescendant') ?? '');
  marked?.click();
  return marked !== null;
}
