import type { KeyboardEvent } from 'react';

import { guardKeys } from '../input-keys';

type Change = {
  key?: string;
  shiftKey?: boolean;
  isComposing?: boolean;
  /** Of the list that is open. */
  marked?: string;
};

function pressed(change: Change, sendsWithShift = false): { prevented: boolean; hidden: boolean } {
  const field = document.createElement('textarea');
  field.setAttribute('aria-expanded', String(change.marked !== undefined));
  field.setAttribute('aria-activedescendant', change.marked ?? '');
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
  guardKeys(event as unknown as KeyboardEvent<HTMLElement>, sendsWithShift);
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

test.each(['Enter', 'Tab'])('%s chooses what is marked in an open list', key => {
  const chosen = jest.fn();
  document.body.innerHTML = '<ul><li id="other"></li><li id="marked"></li></ul>';
  document.getElementById('marked')?.addEventListener('click', chosen);
  expect(pressed({ key, marked: 'marked' })).toEqual({ prevented: true, hidden: true });
  expect(chosen).toHaveBeenCalledTimes(1);
});

test('Tab goes on where no list is open, and back where one is', () => {
  expect(pressed({ key: 'Tab' })).toEqual({ prevented: false, hidden: false });
  const back = { key: 'Tab', shiftKey: true, marked: 'marked' };
  expect(pressed(back)).toEqual({ prevented: false, hidden: false });
});

test('other keys are nobody’s business', () => {
  expect(pressed({ key: 'a', isComposing: true })).toEqual({ prevented: false, hidden: false });
});

test('the first arrow in an open list moves what is marked, which the library undoes', () => {
  jest.useFakeTimers();
  const field = document.createElement('textarea');
  field.setAttribute('aria-expanded', 'true');
  field.setAttribute('aria-activedescendant', 'a');
  const pressedAgain = jest.fn();
  field.addEventListener('keydown', event => pressedAgain(event.key));
  const event = { key: 'ArrowDown', isTrusted: true, target: field, nativeEvent: {} };
  const press = (): void => guardKeys(event as unknown as KeyboardEvent<HTMLElement>, false);
  press();
  jest.runAllTimers();
  expect(pressedAgain.mock.calls).toEqual([['ArrowDown']]);
  press();
  field.setAttribute('aria-activedescendant', 'b');
  jest.runAllTimers();
  expect(pressedAgain).toHaveBeenCalledTimes(1);
});
