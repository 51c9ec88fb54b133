import type { KeyboardEvent } from 'react';

import { guardEnter } from '../input-keys';

type Change = { key?: string; shiftKey?: boolean; isComposing?: boolean; isListOpen?: boolean };

function pressed(change: Change, sendsWithShift = false): { prevented: boolean; hidden: boolean } {
  const field = document.createElement('textarea');
  field.setAttribute('aria-expanded', String(change.isListOpen ?? false));
  const found = { prevented: false, hidden: false };
  const event = {
    key: change.key ?? 'Enter',
    keyCode: 13,
    shiftKey: change.shiftKey ?? false,
    target: field,
    nativeEvent: { isComposing: change.isComposing ?? false },
    preventDefault: () => (found.prevented = true),
    stopPropagation: () => (found.hidden = true)
  };
  guardEnter(event as unknown as KeyboardEvent<HTMLElement>, sendsWithShift);
  return found;
}

test('an Enter that sends leaves no line end in the field', () => {
  expect(pressed({})).toEqual({ prevented: true, hidden: false });
  expect(pressed({ shiftKey: true }, true)).toEqual({ prevented: true, hidden: false });
});

test('an Enter that does not send begins a line', () => {
  expect(pressed({ shiftKey: true })).toEqual({ prevented: false, hidden: false });
  expect(pressed({}, true)).toEqual({ prevented: false, hidden: false });
});

test('an Enter that ends the composition of a character sends nothing', () => {
  expect(pressed({ isComposing: true })).toEqual({ prevented: false, hidden: true });
});

test('an Enter that chooses from what is offered goes to the list', () => {
  expect(pressed({ isListOpen: true })).toEqual({ prevented: false, hidden: false });
});

test('other keys are nobody’s business', () => {
  expect(pressed({ key: 'a', isComposing: true })).toEqual({ prevented: false, hidden: false });
});
