/** Text into the clipboard, and a moment in which a button says so. */

import { Clipboard } from '@jupyterlab/apputils';
import { useEffect, useState } from 'react';

const SHOWN_MS = 1500;

/** Whether text has just been copied, and what copies it. */
export function useCopying(): [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (copied) {
      const timer = window.setTimeout(() => setCopied(false), SHOWN_MS);
      return () => window.clearTimeout(timer);
    }
  }, [copied]);
  const copy = (text: string): void => {
    Clipboard.copyToSystem(text);
    setCopied(true);
  };
  return [copied, copy];
}
