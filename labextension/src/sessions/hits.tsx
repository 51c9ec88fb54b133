/** What was found. */

import { Time } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Button } from '../button';
import { Problem } from '../problem';
import type { SearchHit } from '../protocol';
import { readAgain } from './read-again';
import type { Search } from './search';
import type { Sessions } from './sessions';
import { pieces } from './snippet';
import { useSignal } from './use-signal';
import type { ViewProps } from './view-props';

type Props = ViewProps & { search: Search };

export function Hits({ sessions, trans, search }: Props): JSX.Element {
  const state = useSignal(search.changed, () => search.state);
  const { query, hits, isSearching, problem } = state;
  return (
    <div className="jp-llmchat-sessions-scroll" aria-busy={isSearching}>
      {problem !== null && (
        <Problem {...problem} remedies={[readAgain(trans, () => search.again())]} />
      )}
      <p className="jp-llmchat-quiet" role="status">
        {isSearching ? trans.__('Searching…') : problem === null && found(hits, query, trans)}
      </p>
      <ul className="jp-llmchat-sessions-list" aria-label={trans.__('Found')}>
        {hits.map((hit, number) => (
          <li key={`${hit.session_id} ${hit.message_id}`}>
            <Hit hit={hit} isFirst={number === 0} sessions={sessions} trans={trans} />
          </li>
        ))}
      </ul>
      {state.hasMore && (
        <Button
          label={trans.__('Show more')}
          title={trans.__('Show more of what was found')}
          disabled={isSearching}
          onClick={() => search.more()}
        />
      )}
    </div>
  );
}

function found(hits: readonly SearchHit[], query: string, trans: TranslationBundle): string {
  return hits.length > 0
    ? ''
    : trans.__('“%1” was not found. All of the words must be in one message.', query);
}

type HitProps = {
  hit: SearchHit;
  isFirst: boolean;
  sessions: Sessions;
  trans: TranslationBundle;
};

function Hit({ hit, isFirst, sessions, trans }: HitProps): JSX.Element {
  const { session_id, session_title, turn_id, is_current, created } = hit;
  const when = Time.formatHuman(new Date(created * 1000));
  return (
    <button
      type="button"
      data-stop
      className="jp-llmchat-session-open jp-llmchat-hit"
      tabIndex={isFirst ? 0 : -1}
      onClick={() => void sessions.choose(session_id, turn_id, is_current)}
    >
      <span className="jp-llmchat-session-name">
        {session_title || trans.__('New conversation')}
      </span>
      <span className="jp-llmchat-hit-text">
        {pieces(hit.snippet, hit.ranges).map((piece, place) =>
          piece.isFound ? <mark key={place}>{piece.text}</mark> : piece.text
        )}
      </span>
      <span className="jp-llmchat-session-about">
        {`${whose(hit, trans)} · ${when}`}
        {!is_current && ` · ${trans.__('in another version')}`}
      </span>
    </button>
  );
}

function whose(hit: SearchHit, trans: TranslationBundle): string {
  switch (hit.role) {
    case 'user':
      return trans.__('Question');
    case 'assistant':
      return trans.__('Answer');
    case 'title':
      return trans.__('Name');
  }
}
