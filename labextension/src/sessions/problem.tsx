/** What went wrong with the list, and what every part of it needs. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { ErrorBody } from '../protocol';
import { Button } from '../sidebar/button';
import type { SessionMenu } from './session-menu';
import type { Sessions } from './sessions';

export type ViewProps = { sessions: Sessions; menu: SessionMenu; trans: TranslationBundle };

type ProblemProps = { problem: ErrorBody; trans: TranslationBundle; again: () => void };

export function Problem({ problem, trans, again }: ProblemProps): JSX.Element {
  return (
    <div className="jp-llmchat-error" role="alert">
      <strong>{problem.message}</strong> {problem.hint}
      <div className="jp-llmchat-bottom">
        <Button
          label={trans.__('Try again')}
          title={trans.__('Read the list again')}
          onClick={again}
        />
      </div>
    </div>
  );
}
