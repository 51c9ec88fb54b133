import { Clipboard } from '@jupyterlab/apputils';
import { checkIcon, copyIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useState } from 'react';

import { Button } from '../button';
import { useSurroundings } from './surroundings';

const SHOWN_MS = 1500;

type Props = { title: string; text: () => string };

/** Copies, and says so for a moment. */
export function CopyButton({ title, text }: Props): JSX.Element {
  const { trans } = useSurroundings();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (copied) {
      const timer = window.setTimeout(() => setCopied(false), SHOWN_MS);
      return () => window.clearTimeout(timer);
    }
  }, [copied]);
  const copy = (): void => {
    Clipboard.copyToSystem(text());
    setCopied(true);
  };
  return (
    <Button
      icon={copied ? checkIcon : copyIcon}
      title={copied ? trans.__('Copied') : title}
      onClick={copy}
    />
  );
}
