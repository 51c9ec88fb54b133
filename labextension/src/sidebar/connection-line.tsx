/** Says that the connection is lost, when it is tried again, and what helps. */

import React, { useEffect, useState } from 'react';

import { Button } from '../button';
import type { ConnectionState } from '../connection';
import { useSurroundings } from './surroundings';

export function ConnectionLine(): JSX.Element | null {
  const { service, trans } = useSurroundings();
  const state = useConnection();
  switch (state.kind) {
    case 'waiting':
      return (
        <div className="jp-llmchat-connection" role="status">
          <span>
            {trans.__('The connection is lost.')} <Countdown until={state.retryAt} />
          </span>
          <Button
            label={trans.__('Try now')}
            title={trans.__('Connect now')}
            onClick={() => service.connection.retryNow()}
          />
        </div>
      );
    case 'outdated':
      return (
        <div className="jp-llmchat-connection" role="alert">
          <span>
            {state.message} {state.hint}
          </span>
          <Button
            label={trans.__('Reload')}
            title={trans.__('Reload the page')}
            onClick={() => window.location.reload()}
          />
        </div>
      );
    default:
      return null;
  }
}

function Countdown({ until }: { until: number }): JSX.Element {
  const { trans } = useSurroundings();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, []);
  const left = Math.max(1, Math.ceil((until - now) / 1000));
  // Read aloud only once, not at every second.
  return <span aria-live="off">{trans.__('Trying again in %1 s.', left)}</span>;
}

/** A connection that opens at once is not worth a word. */
const SHOWN_AFTER_MS = 300;

function useConnection(): ConnectionState {
  const { connection } = useSurroundings().service;
  const [state, setState] = useState(connection.state);
  useEffect(() => {
    let timer = 0;
    const look = (): void => {
      window.clearTimeout(timer);
      const next = connection.state;
      // While it connects again, the line stays what it was.
      if (next.kind !== 'connecting') {
        timer = window.setTimeout(
          () => setState(next),
          next.kind === 'waiting' ? SHOWN_AFTER_MS : 0
        );
      }
    };
    connection.stateChanged.connect(look);
    look();
    return () => {
      window.clearTimeout(timer);
      connection.stateChanged.disconnect(look);
    };
  }, [connection]);
  return state;
}
