import { checkIcon, copyIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { Button } from '../button';
import { useCopying } from '../copying';
import { useSurroundings } from './surroundings';

type Props = { title: string; text: () => string };

/** Copies, and says so for a moment. */
export function CopyButton({ title, text }: Props): JSX.Element {
  const { trans } = useSurroundings();
  const [copied, copy] = useCopying();
  return (
    <Button
      icon={copied ? checkIcon : copyIcon}
      title={copied ? trans.__('Copied') : title}
      onClick={() => copy(text())}
    />
  );
}
