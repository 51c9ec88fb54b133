/** Words of the bar and its preview. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { ContextPart } from '../protocol';

export function sizeOf(chars: number, trans: TranslationBundle): string {
  if (chars === 0) {
    return trans.__('nothing');
  }
  return trans._n('%1 character', '%1 characters', chars);
}

/** The same where there is little room. */
export function shortSizeOf(chars: number, trans: TranslationBundle): string {
  return chars < 1000 ? sizeOf(chars, trans) : trans.__('%1 kB', (chars / 1000).toFixed(1));
}

export function kindOf(kind: ContextPart['kind'], trans: TranslationBundle): string {
  const words: Record<ContextPart['kind'], string> = {
    cell: trans.__('Current cell'),
    error: trans.__('Error'),
    file: trans.__('File'),
    notebook: trans.__('Cell'),
    selection: trans.__('Selected text'),
    variables: trans.__('Variable')
  };
  return words[kind];
}
