import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { ApiError } from '../api';
import { Problem } from '../problem';
import { unseen } from '../status/outlook';
import type { Outlook } from '../status/outlook';
import { Obstructed } from '../status/trouble';
import type { LiveFigures } from './live';

type Props = { live: LiveFigures; trans: TranslationBundle };

/** Why the figures could not be read, and what helps. */
export function Unread({ live, trans }: Props): JSX.Element {
  const { problem, filters } = live;
  if (problem instanceof ApiError && problem.status === 404 && filters.session !== null) {
    return (
      <Problem
        message={trans.__('This conversation is gone.')}
        hint={trans.__('It was deleted, here or elsewhere.')}
        remedies={[
          {
            label: trans.__('All conversations'),
            title: trans.__('Show the figures of all conversations'),
            run: () => live.choose({ session: null })
          }
        ]}
      />
    );
  }
  const outlook = unseen(problem) as Extract<Outlook, { message: string }>;
  return <Obstructed outlook={outlook} again={() => live.refresh()} trans={trans} />;
}
