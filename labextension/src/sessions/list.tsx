/** The conversations, the one used last first. */

import React, { useEffect, useRef, useState } from 'react';

import { Button } from '../button';
import { Problem } from '../problem';
import type { Session } from '../protocol';
import { leaveRow } from './keys';
import { readAgain } from './read-again';
import { DeletedRow, RenamedRow, Row } from './row';
import type { SessionList } from './session-list';
import { useSignal } from './use-signal';
import type { ViewProps } from './view-props';

/** Pixels from the end at which more is read. */
const NEAR_END = 200;

type Props = ViewProps & { list: SessionList };

export function List({ sessions, menu, trans, list }: Props): JSX.Element {
  const state = useSignal(list.changed, () => list.state);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const onChange = (_: unknown, change: { session: Session; stage: string }): void => {
      if (change.stage === 'gone' && place.current !== null) {
        leaveRow(place.current, change.session.id);
      }
    };
    sessions.deletion.changed.connect(onChange);
    return () => {
      sessions.deletion.changed.disconnect(onChange);
    };
  }, [sessions]);
  const onScroll = (): void => {
    if (state.problem === null && isNearEnd(place.current)) {
      void list.more();
    }
  };
  // Whoever came to the end while it was being read anew is not to scroll again.
  useEffect(onScroll, [state.isLoading]);
  const isEmpty = state.sessions.length === 0;
  return (
    <div ref={place} className="jp-llmchat-sessions-scroll" onScroll={onScroll}>
      {state.problem !== null && (
        <Problem {...state.problem} remedies={[readAgain(trans, () => list.refresh())]} />
      )}
      {isEmpty && state.problem === null && (
        <p className="jp-llmchat-quiet">
          {state.isLoading
            ? trans.__('Reading the list…')
            : trans.__('What you ask will be found here again.')}
        </p>
      )}
      <Rows {...{ sessions, menu, trans }} shown={state.sessions} />
      {state.hasMore && (
        <Button
          label={trans.__('Show more')}
          title={trans.__('Show older conversations')}
          disabled={state.isLoading}
          onClick={() => void list.more()}
        />
      )}
    </div>
  );
}

/** Where somebody has scrolled to. */
function isNearEnd(list: HTMLElement | null): boolean {
  if (list === null || list.scrollTop === 0) {
    return false;
  }
  return list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END;
}

function Rows({ sessions, menu, trans, shown }: ViewProps & { shown: readonly Session[] }) {
  const { deletion } = sessions;
  const waiting = useSignal(deletion.changed, () => deletion.waiting?.id ?? null);
  const [renamed, setRenamed] = useState<string | null>(null);
  /** The row that gets the focus when it is shown again. */
  const back = useRef<string | null>(null);
  useEffect(() => {
    const onRename = (_: unknown, session: Session): void => setRenamed(session.id);
    menu.renames.connect(onRename);
    return () => {
      menu.renames.disconnect(onRename);
    };
  }, [menu]);
  const current = sessions.currentId;
  // Deleted before another one was, and not yet gone, it is not shown as one that stays.
  const remaining = shown.filter(each => each.id === waiting || !deletion.isLeaving(each.id));
  return (
    <ul className="jp-llmchat-sessions-list" aria-label={trans.__('Conversations')}>
      {remaining.map((session, number) => {
        const common = { session, sessions, trans };
        const leave = (): void => {
          back.current = session.id;
          setRenamed(null);
        };
        return (
          <li key={session.id} data-session={session.id}>
            {session.id === waiting ? (
              <DeletedRow {...common} leave={leave} />
            ) : session.id === renamed ? (
              <RenamedRow {...common} leave={leave} />
            ) : (
              <Row
                {...common}
                menu={menu}
                isCurrent={session.id === current}
                isFirst={number === 0}
                back={back}
                rename={() => setRenamed(session.id)}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}
