/** Search box, list of conversations, and what was found in them. */

import { closeIcon, fileUploadIcon, searchIcon } from '@jupyterlab/ui-components';
import React, { useRef, useState } from 'react';

import { Button } from '../button';
import { IMPORTED_KINDS } from './files';
import { Hits } from './hits';
import { moveFocus } from './keys';
import { List } from './list';
import { useSignal } from './use-signal';
import type { ViewProps } from './view-props';

export function SessionsView(props: ViewProps): JSX.Element {
  const { sessions } = props;
  const { list, search } = sessions;
  const { query } = useSignal(search.changed, () => search.state);
  const place = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.defaultPrevented) {
      return;
    }
    if (event.key === 'Escape') {
      sessions.isOpen = false;
      event.preventDefault();
    } else if (moveFocus(place.current!, event.key)) {
      event.preventDefault();
    }
  };
  return (
    <div ref={place} className="jp-llmchat-sessions-view" onKeyDown={onKeyDown}>
      <Head {...props} />
      {query === '' ? <List {...props} list={list} /> : <Hits {...props} search={search} />}
    </div>
  );
}

function Head({ sessions, trans }: ViewProps): JSX.Element {
  const { search } = sessions;
  const [text, setText] = useState(search.state.query);
  const type = (value: string): void => {
    setText(value);
    search.type(value);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape' && text !== '') {
      type('');
      event.preventDefault();
    }
  };
  return (
    <div className="jp-llmchat-sessions-head">
      <div className="jp-llmchat-sessions-search">
        <searchIcon.react tag="span" className="jp-llmchat-icon" />
        <input
          type="text"
          role="searchbox"
          value={text}
          maxLength={1000}
          spellCheck={false}
          aria-label={trans.__('Search in all conversations')}
          placeholder={trans.__('Search in all conversations')}
          onChange={event => type(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {text !== '' && (
          <Button icon={closeIcon} title={trans.__('Clear the search')} onClick={() => type('')} />
        )}
      </div>
      <ImportButton sessions={sessions} trans={trans} />
    </div>
  );
}

function ImportButton({ sessions, trans }: Omit<ViewProps, 'menu'>): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const take = (chosen: HTMLInputElement): void => {
    const files = Array.from(chosen.files ?? []);
    // The same file may be chosen again.
    chosen.value = '';
    void sessions.import(files);
  };
  return (
    <>
      <Button
        icon={fileUploadIcon}
        title={trans.__('Import conversations from files')}
        onClick={() => field.current?.click()}
      />
      <input
        ref={field}
        type="file"
        hidden
        multiple
        accept={IMPORTED_KINDS}
        aria-label={trans.__('Files with conversations')}
        onChange={event => take(event.target)}
      />
    </>
  );
}
