/** What is wrong, what to do about it, and buttons that do it. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useState } from 'react';

import { Button } from './button';
import { useCopying } from './copying';

export type Remedy = {
  /** On the button. */
  label: string;
  /** What it does, in a few words more. */
  title: string;
  run: () => unknown;
};

type Props = {
  message: string;
  hint?: string;
  remedies?: readonly Remedy[];
  /** It works nevertheless. */
  isMild?: boolean;
  children?: React.ReactNode;
};

export function Problem(props: Props): JSX.Element {
  const { message, hint = '', remedies = [], isMild = false, children } = props;
  return (
    <div className={`jp-llmchat-problem ${isMild ? 'jp-mod-mild' : ''}`} role="alert">
      <strong>{message}</strong> {hint}
      {children}
      {remedies.length > 0 && (
        <div className="jp-llmchat-remedies">
          {remedies.map(each => (
            <RemedyButton key={each.label} {...each} />
          ))}
        </div>
      )}
    </div>
  );
}

/** Cannot be pressed again until what it does is done. */
function RemedyButton({ label, title, run }: Remedy): JSX.Element {
  const [isBusy, setBusy] = useState(false);
  const press = async (): Promise<void> => {
    setBusy(true);
    try {
      await run();
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      className="jp-mod-framed"
      label={label}
      title={title}
      disabled={isBusy}
      onClick={() => void press()}
    />
  );
}

/** A command for a terminal, and a button that copies it. */
export function Command(props: { text: string; trans: TranslationBundle }): JSX.Element {
  const { text, trans } = props;
  const [copied, copy] = useCopying();
  return (
    <div className="jp-llmchat-command">
      <code>{text}</code>
      <Button
        className="jp-mod-framed"
        label={copied ? trans.__('Copied') : trans.__('Copy')}
        title={trans.__('Copy this command')}
        onClick={() => copy(text)}
      />
    </div>
  );
}
