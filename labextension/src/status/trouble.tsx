/** What keeps the assistant from working, in words, with what helps. */

import { Clipboard } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Command, Problem } from '../problem';
import type { Remedy } from '../problem';
import { commandIn } from './outlook';
import type { Obstacle, Outlook } from './outlook';

export const ENABLE = 'jupyter server extension enable jupyter_llmchat';
export const DOCTOR = 'jupyter llmchat doctor';

type Said = { message: string; hint: string };
type ObstacleProps = {
  outlook: Extract<Outlook, Said>;
  /** Asks the server again. */
  again: () => Promise<void>;
  trans: TranslationBundle;
};

/** The server says nothing of the assistant. */
export function Obstructed({ outlook, again: run, trans }: ObstacleProps): JSX.Element {
  const { message, hint } = words(outlook, trans);
  const again: Remedy = {
    label: trans.__('Try again'),
    title: trans.__('Ask the server again now'),
    run
  };
  const reload: Remedy = {
    label: trans.__('Reload'),
    title: trans.__('Reload the page'),
    run: () => window.location.reload()
  };
  const remedies: Record<Obstacle, Remedy[]> = {
    unreachable: [again],
    missing: [again],
    outdated: [reload],
    refused: [reload, again],
    broken: [again]
  };
  return (
    <Problem message={message} hint={hint} remedies={remedies[outlook.kind]}>
      {outlook.kind === 'missing' && <Command text={ENABLE} trans={trans} />}
    </Problem>
  );
}

function words(outlook: Extract<Outlook, Said>, trans: TranslationBundle): Said {
  switch (outlook.kind) {
    case 'unreachable':
      return {
        message: trans.__('The Jupyter server does not answer.'),
        hint: trans.__('Check that it runs and that you are connected to it.')
      };
    case 'missing':
      return {
        message: trans.__('The server part of the assistant is not running.'),
        hint: trans.__('Run this command in a terminal, then start the Jupyter server again:')
      };
    case 'outdated':
      return {
        message: trans.__('The server has another version of the assistant than this page.'),
        hint: trans.__('Reload the page. If it goes on, start the Jupyter server again.')
      };
    case 'refused':
      return {
        message: trans.__('The server does not let you use the assistant.'),
        hint: trans.__('Reload the page and log in; otherwise ask who runs the server.')
      };
    case 'broken':
      return outlook;
  }
}

type ModelProps = {
  /** The server's words: what went wrong, and the next step. */
  detail: string;
  load: () => Promise<void>;
  trans: TranslationBundle;
};

/** The model cannot be used. */
export function ModelFailed({ detail, load, trans }: ModelProps): JSX.Element {
  const command = commandIn(detail) ?? DOCTOR;
  const remedies: Remedy[] = [
    {
      label: trans.__('Try again'),
      title: trans.__('Load the model again'),
      run: load
    },
    {
      label: trans.__('Copy details'),
      title: trans.__('Copy what went wrong, to pass it on'),
      run: () => Clipboard.copyToSystem(detail)
    }
  ];
  return (
    <Problem
      message={trans.__('The model cannot be used.')}
      hint={detail}
      remedies={remedies}
    >
      <Command text={command} trans={trans} />
    </Problem>
  );
}
