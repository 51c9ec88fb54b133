/** Numbers as people read them, always with a unit; a dash for what is not there. */

import type { TranslationBundle } from '@jupyterlab/translation';

export const NONE = '–';

type Given = number | null | undefined;

/** A time span from milliseconds. */
export function duration(ms: Given, trans: TranslationBundle): string {
  if (ms === null || ms === undefined) {
    return NONE;
  }
  if (ms < 1000) {
    return trans.__('%1 ms', ms < 10 ? decimal(ms, 1) : decimal(ms, 0));
  }
  return trans.__('%1 s', decimal(ms / 1000, 1));
}

/** A part of a whole, from 0 to 1. */
export function share(value: Given, trans: TranslationBundle): string {
  return value === null || value === undefined
    ? NONE
    : trans.__('%1 %', decimal(value * 100, 0));
}

/** Of a file or a model, from bytes. */
export function memory(bytes: Given, trans: TranslationBundle): string {
  if (bytes === null || bytes === undefined) {
    return NONE;
  }
  return bytes < 1e9
    ? trans.__('%1 MB', decimal(bytes / 1e6, 0))
    : trans.__('%1 GB', decimal(bytes / 1e9, 1));
}

export function speed(tokensPerS: Given, trans: TranslationBundle): string {
  return tokensPerS === null || tokensPerS === undefined
    ? NONE
    : trans.__('%1 tokens/s', decimal(tokensPerS, 1));
}

/** From 0 to 100. */
export function score(value: Given, trans: TranslationBundle): string {
  return value === null || value === undefined
    ? NONE
    : trans.__('%1 of 100', decimal(value, 0));
}

export function count(value: Given): string {
  return value === null || value === undefined ? NONE : decimal(value, 0);
}

function decimal(value: number, digits: number): string {
  return value.toLocaleString(undefined, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits
  });
}
