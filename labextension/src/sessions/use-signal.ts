import type { ISignal } from '@lumino/signaling';
import { useEffect, useState } from 'react';

/** A value that is read again whenever a signal says that it may have changed. */
export function useSignal<T>(signal: ISignal<unknown, unknown>, read: () => T): T {
  const [value, setValue] = useState(read);
  useEffect(() => {
    const look = (): void => setValue(() => read());
    signal.connect(look);
    look();
    return () => {
      signal.disconnect(look);
    };
  }, [signal]);
  return value;
}
