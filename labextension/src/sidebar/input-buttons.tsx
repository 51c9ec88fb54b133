/** The buttons of the input: Stop, Send, and those of a question that is being changed. */

import { checkIcon, closeIcon, stopIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useState } from 'react';

import { Button } from '../button';
import { InputToolbarRegistry } from '../chat-compat';
import type { IInputModel, IInputToolbarRegistry } from '../chat-compat';
import { sendIcon } from '../icons';
import { useSurroundings } from './surroundings';

type Props = InputToolbarRegistry.IToolbarItemProps;

export function inputToolbar(): IInputToolbarRegistry {
  const registry = new InputToolbarRegistry();
  registry.addItem('cancel', { element: Cancel, position: 10 });
  registry.addItem('stop', { element: Stop, position: 90 });
  registry.addItem('send', { element: Send, position: 100 });
  return registry;
}

/** There from the moment of asking until the answer has ended. */
function Stop({ edit }: Props): JSX.Element | null {
  const { model, trans } = useSurroundings();
  const [state, setState] = useState({ answering: false, stopping: false });
  useEffect(() => {
    const look = (): void =>
      setState({ answering: model.isAnswering, stopping: model.isStopping });
    model.writersChanged.connect(look);
    model.turnChanged.connect(look);
    look();
    return () => {
      model.writersChanged.disconnect(look);
      model.turnChanged.disconnect(look);
    };
  }, [model]);
  if (edit || !state.answering) {
    return null;
  }
  return (
    <Button
      icon={stopIcon}
      className="jp-llmchat-stop"
      label={state.stopping ? trans.__('Stopping') : trans.__('Stop')}
      title={trans.__('Stop the answer')}
      disabled={state.stopping}
      onClick={() => model.stop()}
    />
  );
}

function Send({ model: input, chatCommandRegistry, edit }: Props): JSX.Element {
  const { trans } = useSurroundings();
  const isEmpty = useIsEmpty(input);
  const send = async (): Promise<void> => {
    await chatCommandRegistry?.onSubmit(input);
    input.send(input.value);
    input.focus();
  };
  return (
    <Button
      icon={edit ? checkIcon : sendIcon}
      className="jp-llmchat-send"
      title={edit ? trans.__('Ask the changed question') : trans.__('Send the question')}
      disabled={isEmpty}
      onClick={() => void send()}
    />
  );
}

function Cancel({ model: input, edit }: Props): JSX.Element | null {
  const { trans } = useSurroundings();
  if (!edit) {
    return null;
  }
  return (
    <Button
      icon={closeIcon}
      title={trans.__('Leave the question as it was')}
      onClick={() => input.cancel?.()}
    />
  );
}

function useIsEmpty(input: IInputModel): boolean {
  const [isEmpty, setIsEmpty] = useState(input.value.trim() === '');
  useEffect(() => {
    const look = (): void => setIsEmpty(input.value.trim() === '');
    input.valueChanged.connect(look);
    look();
    return () => {
      input.valueChanged.disconnect(look);
    };
  }, [input]);
  return isEmpty;
}
