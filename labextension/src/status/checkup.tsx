/** What `jupyter llmchat doctor` finds, without a terminal. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useState } from 'react';

import { ApiError } from '../api';
import type { Api } from '../api';
import { Button } from '../button';
import { Problem } from '../problem';
import type { Check, Checkup as Found } from '../protocol';
import { DOCTOR } from './trouble';

type Result =
  | { kind: 'none' | 'running' }
  | { kind: 'found'; found: Found }
  | { kind: 'failed'; message: string };

export function Checkup({ api, trans }: { api: Api; trans: TranslationBundle }): JSX.Element {
  const [result, setResult] = useState<Result>({ kind: 'none' });
  const run = async (): Promise<void> => {
    setResult({ kind: 'running' });
    try {
      setResult({ kind: 'found', found: await api.get<Found>('doctor') });
    } catch (error) {
      setResult({ kind: 'failed', message: said(error) });
    }
  };
  const isRunning = result.kind === 'running';
  return (
    <div className="jp-llmchat-checkup">
      <Button
        className="jp-mod-framed"
        label={isRunning ? trans.__('Checking…') : trans.__('Check everything')}
        title={trans.__('Check the installation, as `%1` does', DOCTOR)}
        disabled={isRunning}
        onClick={() => void run()}
      />
      {result.kind === 'failed' && <Problem message={result.message} />}
      {result.kind === 'found' && <Findings found={result.found} trans={trans} />}
    </div>
  );
}

function said(error: unknown): string {
  return error instanceof ApiError ? error.message : String(error);
}

type FoundProps = { found: Found; trans: TranslationBundle };

function Findings({ found, trans }: FoundProps): JSX.Element {
  const [worst, rest] = [
    found.checks.filter(each => each.state !== 'ok'),
    found.checks.filter(each => each.state === 'ok')
  ];
  return (
    <div role="status">
      <strong>
        {worst.length === 0
          ? trans.__('Everything is in place.')
          : trans._n('One thing needs a look.', '%1 things need a look.', worst.length)}
      </strong>
      <ul className="jp-llmchat-checks">
        {[...worst, ...rest].map(each => (
          <Finding key={each.name} check={each} trans={trans} />
        ))}
      </ul>
    </div>
  );
}

function Finding({ check, trans }: { check: Check; trans: TranslationBundle }): JSX.Element {
  return (
    <li className={`jp-mod-${check.state}`}>
      <span className="jp-llmchat-badge">{verdict(check.state, trans)}</span>{' '}
      <span className="jp-llmchat-quiet">{check.name}</span> {check.message}
      {check.action !== '' && <div>{trans.__('Next step: %1', check.action)}</div>}
    </li>
  );
}

function verdict(state: Check['state'], trans: TranslationBundle): string {
  switch (state) {
    case 'ok':
      return trans.__('fine');
    case 'warn':
      return trans.__('could be better');
    case 'fail':
      return trans.__('does not work');
  }
}
