/** One conversation of the list: to open, to rename, to delete. */

import { Time } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ellipsesIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useRef } from 'react';

import { Button } from '../button';
import type { Session } from '../protocol';
import type { SessionMenu } from './session-menu';
import type { Sessions } from './sessions';

type Common = { session: Session; sessions: Sessions; trans: TranslationBundle };

type RowProps = Common & {
  menu: SessionMenu;
  isCurrent: boolean;
  /** The one that Tab leads to. */
  isFirst: boolean;
  back: React.MutableRefObject<string | null>;
  rename: () => void;
};

export function Row(props: RowProps): JSX.Element {
  const { session, sessions, trans, menu, isCurrent, isFirst, back, rename } = props;
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (back.current === session.id) {
      back.current = null;
      button.current?.focus();
    }
  }, []);
  const openMenu = (x: number, y: number): void => {
    button.current?.focus();
    menu.open(session, x, y);
  };
  const onContextMenu = (event: React.MouseEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    // From the keyboard it comes without a place.
    const box = place.current!.getBoundingClientRect();
    const isByKey = event.clientX === 0 && event.clientY === 0;
    openMenu(isByKey ? box.left : event.clientX, isByKey ? box.bottom : event.clientY);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'F2') {
      rename();
    } else if (event.key === 'Delete') {
      sessions.deletion.delete(session);
    } else {
      return;
    }
    event.preventDefault();
  };
  const name = session.title || trans.__('New conversation');
  return (
    <div
      ref={place}
      className={`jp-llmchat-session ${isCurrent ? 'jp-mod-current' : ''}`}
      onContextMenu={onContextMenu}
    >
      <button
        ref={button}
        type="button"
        data-stop
        className="jp-llmchat-session-open"
        tabIndex={isFirst ? 0 : -1}
        aria-current={isCurrent}
        aria-keyshortcuts="F2 Delete"
        title={name}
        onClick={() => void sessions.choose(session.id)}
        onKeyDown={onKeyDown}
      >
        <span className="jp-llmchat-session-name">{name}</span>
        <span className="jp-llmchat-session-about">{about(session, trans)}</span>
      </button>
      <Button
        icon={ellipsesIcon}
        className="jp-llmchat-session-more"
        title={trans.__('Rename, delete or export “%1”', name)}
        onClick={() => {
          const box = place.current!.getBoundingClientRect();
          openMenu(box.right - 30, box.bottom);
        }}
      />
    </div>
  );
}

function about(session: Session, trans: TranslationBundle): string {
  const when = Time.formatHuman(new Date(session.updated * 1000));
  const count = session.messages;
  return `${when} · ${trans._n('1 message', '%1 messages', count)}`;
}

type ChangedProps = Common & {
  /** It is a row like the others again, and gets the focus. */
  leave: () => void;
};

export function RenamedRow({ session, sessions, trans, leave }: ChangedProps): JSX.Element {
  const isDone = useRef(false);
  const end = (title: string | null): void => {
    // Leaving the field by Enter takes the focus from it as well.
    if (!isDone.current) {
      isDone.current = true;
      leave();
      if (title !== null) {
        void sessions.rename(session.id, title);
      }
    }
  };
  const onKeyDown = (event: React.KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      end(event.currentTarget.value);
      event.preventDefault();
    } else if (event.key === 'Escape') {
      end(null);
      event.preventDefault();
    }
  };
  return (
    <input
      className="jp-llmchat-session-field"
      type="text"
      defaultValue={session.title}
      maxLength={200}
      aria-label={trans.__('Name of the conversation')}
      autoFocus
      onFocus={event => event.target.select()}
      onBlur={event => end(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}

export function DeletedRow({ session, sessions, trans, leave }: ChangedProps): JSX.Element {
  const button = useRef<HTMLSpanElement>(null);
  useEffect(() => button.current?.querySelector('button')?.focus(), []);
  return (
    <div className="jp-llmchat-session jp-mod-deleted">
      <span className="jp-llmchat-session-name" role="status">
        {trans.__('Deleted: %1', session.title || trans.__('New conversation'))}
      </span>
      <span ref={button}>
        <Button
          label={trans.__('Undo')}
          title={trans.__('Keep this conversation')}
          onClick={() => {
            leave();
            sessions.deletion.undo();
          }}
        />
      </span>
    </div>
  );
}
