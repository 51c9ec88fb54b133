/** The bar above the input: what goes along with a question, and exactly what that is. */

import { ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretUpIcon, checkIcon, closeIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import React, { useEffect, useReducer } from 'react';

import type { Notes } from './notes';
import { PartList } from './preview';
import type { ContextView, Item } from './view';
import { shortSizeOf } from './words';

type Props = { view: ContextView; notes: Notes; trans: TranslationBundle };

export class ContextBar extends ReactWidget {
  constructor(private readonly props: Props) {
    super();
    this.addClass('jp-llmchat-context');
  }

  /** While nobody sees it, it is not kept up to date. */
  protected onAfterShow(): void {
    this.props.view.request();
  }

  /** Without being hidden before: it is not said to be shown. */
  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.props.view.request();
  }

  protected render(): JSX.Element {
    return <Bar {...this.props} />;
  }
}

/** From the one that most depends on what a person does, to the one that least does. */
const ORDER = ['selection', 'cell', 'notebook', 'variables'];
const PREVIEW_ID = 'jp-llmchat-context-preview';

function Bar({ view, notes, trans }: Props): JSX.Element {
  useChanges(view, notes);
  const items = [...view.items].sort((a, b) => rank(a) - rank(b));
  return (
    <>
      <NoteLine notes={notes} trans={trans} />
      {view.isOpen && (
        <section
          id={PREVIEW_ID}
          className="jp-llmchat-context-preview"
          aria-label={trans.__('What is sent along')}
          tabIndex={0}
          onKeyDown={event => event.key === 'Escape' && view.setOpen(false)}
        >
          <PartList preview={view.preview} trans={trans} />
        </section>
      )}
      <div
        className="jp-llmchat-context-bar"
        role="group"
        aria-label={trans.__('What is sent along with a question')}
      >
        {items.map(item => (
          <Toggle key={item.source.id} item={item} view={view} trans={trans} />
        ))}
        <PreviewButton view={view} trans={trans} />
      </div>
    </>
  );
}

type ToggleProps = { item: Item; view: ContextView; trans: TranslationBundle };

function Toggle({ item, view, trans }: ToggleProps): JSX.Element {
  const { source, unavailable, count } = item;
  const isOff = unavailable !== null;
  const isOn = source.enabled && !isOff;
  return (
    <button
      type="button"
      className="jp-llmchat-context-toggle"
      data-source={source.id}
      aria-pressed={isOn}
      // Not `disabled`: the reason is to be read with the keyboard too.
      aria-disabled={isOff}
      title={unavailable ?? titleOf(item, trans)}
      onClick={() => !isOff && view.toggle(source)}
    >
      {isOn && <checkIcon.react tag="span" className="jp-llmchat-icon" />}
      <span>{source.label}</span>
      {isOn && count > 1 && <span className="jp-llmchat-context-count">{count}</span>}
    </button>
  );
}

function titleOf({ source }: Item, trans: TranslationBundle): string {
  const now = source.enabled
    ? trans.__('Sent along; click to leave it out.')
    : trans.__('Left out; click to send it along.');
  return `${source.description ?? source.label}. ${now}`;
}

function PreviewButton({ view, trans }: Omit<ToggleProps, 'item'>): JSX.Element {
  const Icon = view.isOpen ? caretDownIcon : caretUpIcon;
  const title = view.isOpen ? trans.__('Hide what is sent along') : trans.__('Show what is sent along');
  return (
    <button
      type="button"
      className="jp-llmchat-context-show"
      title={title}
      aria-label={title}
      aria-expanded={view.isOpen}
      aria-controls={PREVIEW_ID}
      onClick={() => view.setOpen(!view.isOpen)}
    >
      <span>{shortSizeOf(view.chars, trans)}</span>
      <Icon.react tag="span" className="jp-llmchat-icon" />
    </button>
  );
}

/** What a command has said. */
function NoteLine({ notes, trans }: Omit<Props, 'view'>): JSX.Element {
  return (
    <div className="jp-llmchat-context-note" role="status">
      {notes.lines.length > 0 && (
        <>
          <div>
            {notes.lines.map((line, place) => (
              <p key={place}>{line}</p>
            ))}
          </div>
          <button
            type="button"
            className="jp-llmchat-button"
            title={trans.__('Close')}
            aria-label={trans.__('Close')}
            onClick={() => notes.clear()}
          >
            <closeIcon.react tag="span" className="jp-llmchat-icon" />
          </button>
        </>
      )}
    </div>
  );
}

function useChanges(view: ContextView, notes: Notes): void {
  const [, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    view.changed.connect(render);
    notes.changed.connect(render);
    render();
    return () => {
      view.changed.disconnect(render);
      notes.changed.disconnect(render);
    };
  }, [view, notes]);
}

function rank({ source }: Item): number {
  const place = ORDER.indexOf(source.id);
  return place < 0 ? ORDER.length : place;
}
