/** In the panel's toolbar: which conversation is shown; opens the list of all. */

import { ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, historyIcon, usersIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { Sessions } from './sessions';
import { useSignal } from './use-signal';

export class TitleButton extends ReactWidget {
  constructor(
    private readonly sessions: Sessions,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-llmchat-sessions-title');
  }

  protected render(): JSX.Element {
    return <Title sessions={this.sessions} trans={this.trans} />;
  }
}

type Props = { sessions: Sessions; trans: TranslationBundle };

function Title({ sessions, trans }: Props): JSX.Element {
  const title = useSignal(sessions.titleChanged, () => sessions.title);
  const isOpen = useSignal(sessions.opened, () => sessions.isOpen);
  const others = useSignal(sessions.company.changed, () => sessions.company.count);
  return (
    <>
      <button
        type="button"
        className="jp-llmchat-button"
        title={trans.__('All conversations')}
        aria-expanded={isOpen}
        onClick={() => (sessions.isOpen = !sessions.isOpen)}
      >
        <historyIcon.react tag="span" className="jp-llmchat-icon" />
        <span className="jp-llmchat-sessions-name">{title || trans.__('New conversation')}</span>
        <caretDownIcon.react tag="span" className="jp-llmchat-icon" />
      </button>
      {others > 0 && <Others count={others} trans={trans} />}
    </>
  );
}

function Others({ count, trans }: { count: number; trans: TranslationBundle }): JSX.Element {
  const text = trans._n(
    'Also open in 1 other page',
    'Also open in %1 other pages',
    count
  );
  return (
    <span className="jp-llmchat-sessions-others" role="img" aria-label={text} title={text}>
      <usersIcon.react tag="span" className="jp-llmchat-icon" />
      {count}
    </span>
  );
}
