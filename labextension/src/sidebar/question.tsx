/** What a person asked; it can be changed and asked again. */

import { caretLeftIcon, caretRightIcon, editIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useRef, useState } from 'react';

import { Button } from '../button';
import { ChatInput, InputModel } from '../chat-compat';
import type { IMessageContent } from '../chat-compat';
import { CopyButton } from './copy-button';
import type { QuestionDetails } from './details';
import { guardKeys } from './input-keys';
import { useSurroundings } from './surroundings';

type Props = { message: IMessageContent; details: QuestionDetails };

export function Question({ message, details }: Props): JSX.Element {
  const { trans } = useSurroundings();
  const [editing, setEditing] = useState<InputModel | null>(null);
  const startEditing = useStartEditing(message, setEditing);
  const button = useFocusAfter(editing !== null);
  if (editing !== null) {
    return (
      <div onKeyDownCapture={event => guardEdit(event, editing)}>
        <ChatInput model={editing} edit={true} onCancel={() => setEditing(null)} />
      </div>
    );
  }
  const text = String(message.body);
  return (
    <>
      <div className="jp-llmchat-question">{text}</div>
      {details.leftOut.length > 0 && (
        <p className="jp-llmchat-notice">
          {trans.__('Could not be read, and was not sent along: %1', details.leftOut.join(', '))}
        </p>
      )}
      <div className="jp-llmchat-bottom">
        <Versions details={details} />
        <CopyButton title={trans.__('Copy the question')} text={() => text} />
        <span ref={button}>
          <Button
            icon={editIcon}
            title={trans.__('Change the question and ask again')}
            onClick={startEditing}
          />
        </span>
      </div>
    </>
  );
}

/** The button gets the focus back when what it opened is gone. */
function useFocusAfter(isOpen: boolean): React.RefObject<HTMLSpanElement> {
  const place = useRef<HTMLSpanElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !isOpen) {
      place.current?.querySelector('button')?.focus();
    }
    wasOpen.current = isOpen;
  }, [isOpen]);
  return place;
}

function guardEdit(event: React.KeyboardEvent<HTMLElement>, editing: InputModel): void {
  if (event.key === 'Escape') {
    event.stopPropagation();
    editing.cancel?.();
  } else {
    guardKeys(event, editing.config.sendWithShiftEnter === true);
  }
}

function useStartEditing(
  message: IMessageContent,
  set: (model: InputModel | null) => void
): () => void {
  const { model } = useSurroundings();
  return () => {
    const input = new InputModel({
      chatContext: model.createChatContext(),
      value: String(message.body),
      config: { sendWithShiftEnter: model.config.sendWithShiftEnter },
      onSend: body => {
        set(null);
        model.updateMessage(message.id, { ...message, body });
      },
      onCancel: () => set(null)
    });
    set(input);
  };
}

/** Earlier and later forms of the question, and other answers to it. */
function Versions({ details }: { details: QuestionDetails }): JSX.Element | null {
  const { model, trans } = useSurroundings();
  const { versions, turnId } = details;
  const place = turnId === null ? -1 : versions.indexOf(turnId);
  if (versions.length < 2 || place < 0) {
    return null;
  }
  const go = (to: number): void => void model.select(versions[to]);
  return (
    <span className="jp-llmchat-versions">
      <Button
        icon={caretLeftIcon}
        title={trans.__('Earlier version')}
        disabled={place === 0}
        onClick={() => go(place - 1)}
      />
      <span>{trans.__('%1 of %2', place + 1, versions.length)}</span>
      <Button
        icon={caretRightIcon}
        title={trans.__('Later version')}
        disabled={place === versions.length - 1}
        onClick={() => go(place + 1)}
      />
    </span>
  );
}
