import type { TranslationBundle } from '@jupyterlab/translation';

import type { Remedy } from '../problem';

/** Of a list, or of what was found, that could not be read. */
export function readAgain(trans: TranslationBundle, run: () => unknown): Remedy {
  return { label: trans.__('Try again'), title: trans.__('Read the list again'), run };
}
