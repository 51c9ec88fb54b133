/** Keys of the question field, before the chat library sees them. */

import type { KeyboardEvent } from 'react';

type Pressed = KeyboardEvent<HTMLElement>;

/**
 * The library sends at every Enter, even at one that only ends the composition of a
 * character; and it looks for commands before it keeps the line end out of the field.
 */
export function guardEnter(event: Pressed, sendsWithShift: boolean): void {
  if (event.key !== 'Enter') {
    return;
  }
  if (event.nativeEvent.isComposing || event.keyCode === 229) {
    event.stopPropagation();
  } else if (event.shiftKey === sendsWithShift && !isListOpen(event.target)) {
    event.preventDefault();
  }
}

/** Whether Enter chooses from what is offered. */
function isListOpen(field: EventTarget): boolean {
  return field instanceof Element && field.getAttribute('aria-expanded') === 'true';
}
