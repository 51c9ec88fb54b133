/** The conversation and its input, as widgets of one panel. */

import { ReactWidget } from '@jupyterlab/apputils';
import type { IThemeManager } from '@jupyterlab/apputils';
import React, { useEffect, useMemo, useRef } from 'react';

import { ChatInput, ChatReactContext, JlThemeProvider } from '../chat-compat';
import type { IChatCommandRegistry } from '../chat-compat';
import { ConnectionLine } from './connection-line';
import { Conversation } from './conversation';
import { guardKeys } from './input-keys';
import { inputToolbar } from './input-buttons';
import { SurroundingsContext, useSurroundings } from './surroundings';
import type { Surroundings } from './surroundings';

export type WidgetOptions = {
  surroundings: Surroundings;
  themes: IThemeManager | null;
  chatCommands: IChatCommandRegistry;
};

export class ConversationWidget extends ReactWidget {
  constructor(private readonly options: WidgetOptions) {
    super();
    this.addClass('jp-llmchat-conversation');
  }

  protected render(): JSX.Element {
    return (
      <Around {...this.options}>
        <Conversation />
        <ConnectionLine />
      </Around>
    );
  }
}

export class InputWidget extends ReactWidget {
  constructor(private readonly options: WidgetOptions) {
    super();
    this.addClass('jp-llmchat-input');
  }

  protected render(): JSX.Element {
    return (
      <Around {...this.options}>
        <Input />
      </Around>
    );
  }
}

type AroundProps = WidgetOptions & { children: React.ReactNode };

function Around({ surroundings, themes, chatCommands, children }: AroundProps): JSX.Element {
  const { model, rendermime } = surroundings;
  const context = useMemo(
    () => ({
      model,
      rmRegistry: rendermime,
      chatCommandRegistry: chatCommands,
      inputToolbarRegistry: inputToolbar(),
      area: 'sidebar' as const
    }),
    [model]
  );
  return (
    <JlThemeProvider themeManager={themes}>
      <SurroundingsContext.Provider value={surroundings}>
        <ChatReactContext.Provider value={context}>{children}</ChatReactContext.Provider>
      </SurroundingsContext.Provider>
    </JlThemeProvider>
  );
}

function Input(): JSX.Element {
  const { model, trans } = useSurroundings();
  const place = useRef<HTMLDivElement>(null);
  const focused = useRef(document.activeElement);
  useEffect(() => {
    nameField(place.current, trans.__('Question'), trans.__('Ask a question'));
    // The library's input takes the focus; a page that is loading must not.
    if (focused.current instanceof HTMLElement && focused.current !== document.body) {
      focused.current.focus({ preventScroll: true });
    }
  }, []);
  return (
    <div
      ref={place}
      onKeyDownCapture={event => guardKeys(event, model.config.sendWithShiftEnter === true)}
    >
      <ChatInput model={model.input} />
    </div>
  );
}

/** The library's field has English words only, and no name. */
function nameField(place: HTMLElement | null, name: string, placeholder: string): void {
  const field = place?.querySelector('textarea');
  field?.setAttribute('aria-label', name);
  field?.setAttribute('placeholder', placeholder);
}
