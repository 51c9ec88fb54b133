/** How proposals are called, and what is said where there is none. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Offer } from './code';

export type Action = 'fix' | 'generate' | 'improve';

export function title(action: Action, trans: TranslationBundle): string {
  switch (action) {
    case 'fix':
      return trans.__('Proposed fix');
    case 'generate':
      return trans.__('Proposed code');
    case 'improve':
      return trans.__('Proposed improvement');
  }
}

export function waiting(action: Action, trans: TranslationBundle): string {
  switch (action) {
    case 'fix':
      return trans.__('Looking for a fix…');
    case 'generate':
      return trans.__('Writing code…');
    case 'improve':
      return trans.__('Looking for an improvement…');
  }
}

/** Why nothing is proposed, and what can be done. */
export function nothing(kind: Exclude<Offer['kind'], 'code'>, trans: TranslationBundle): string {
  switch (kind) {
    case 'cut':
      return trans.__(
        'The answer was cut before its code was whole, so nothing is proposed. Ask again for a smaller change.'
      );
    case 'failed':
      return trans.__('The answer failed, so nothing is proposed. The panel says why.');
    case 'left':
      return trans.__(
        'The conversation was left before its answer ended. The code will be in that conversation.'
      );
    case 'none':
      return trans.__('The answer has no code for this cell. Read it in the panel.');
    case 'same':
      return trans.__('The answer leaves this cell as it is.');
    case 'stopped':
      return trans.__('The answer was stopped, so nothing is proposed.');
  }
}
