/** Keys of the question field, before the chat library sees them. */

import type { KeyboardEvent as Pressing } from 'react';

type Pressed = Pressing<HTMLElement>;

/**
 * The library sends at every Enter, even at one that only ends the composition of a
 * character; it looks for commands before it keeps the line end out of the field; and
 * where a list is open, it empties the field instead of choosing what is marked, and
 * forgets the first arrow.
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
  } else if (event.isTrusted && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    moveAgain(event.target, event.key);
  }
}

/** Takes what is marked in the open list; false if there is none. */
function choose(field: EventTarget): boolean {
  const marked = document.getElementById(markedIn(field) ?? '');
  if (marked === null) {
    return false;
  }
  marked.click();
  // The library looks for what may follow when the cursor has moved.
  window.setTimeout(() => press(field, 'keyup', 'End'));
  return true;
}

/** An arrow that has moved nothing is pressed once more. */
function moveAgain(field: EventTarget, key: string): void {
  const before = markedIn(field);
  window.setTimeout(() => {
    if (before !== null && markedIn(field) === before) {
      press(field, 'keydown', key);
    }
  });
}

/** The id of what is marked; null where no list is open. */
function markedIn(field: EventTarget): string | null {
  const isOpen = field instanceof Element && field.getAttribute('aria-expanded') === 'true';
  return isOpen ? field.getAttribute('aria-activedescendant') : null;
}

function press(field: EventTarget, type: 'keydown' | 'keyup', key: string): void {
  field.dispatchEvent(new KeyboardEvent(type, { key, bubbles: true, cancelable: true }));
}
