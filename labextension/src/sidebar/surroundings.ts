/** What every part of the panel needs. */

import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { createContext, useContext } from 'react';

import type { IChatService } from '../tokens';
import type { CodeTarget } from './code-target';
import type { ChatModel } from './model';

export type Surroundings = {
  model: ChatModel;
  service: IChatService;
  /** Renders the text of models: see markdown/sanitizer.ts. */
  rendermime: IRenderMimeRegistry;
  cells: CodeTarget | null;
  trans: TranslationBundle;
};

export const SurroundingsContext = createContext<Surroundings | null>(null);

export function useSurroundings(): Surroundings {
  const found = useContext(SurroundingsContext);
  if (found === null) {
    throw new Error('This part of the panel is shown outside of it.');
  }
  return found;
}
