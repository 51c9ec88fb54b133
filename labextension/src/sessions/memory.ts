/** Which conversation was shown last: it is shown again when the page is. */

import type { IStateDB } from '@jupyterlab/statedb';

import type { IChatService } from '../tokens';

const KEY = 'jupyter-llmchat:session';

/**
 * JupyterLab's state is kept for all browsers, and saved a little later; the storage of
 * this tab has it at once, so that no reload is too early. null is no conversation.
 */
class Tab {
  get last(): string | null | undefined {
    const text = window.sessionStorage.getItem(KEY);
    return text === null ? undefined : text || null;
  }

  keep(id: string | null): void {
    window.sessionStorage.setItem(KEY, id ?? '');
  }
}

export async function keepInMind(service: IChatService, state: IStateDB): Promise<void> {
  const tab = new Tab();
  const { last } = tab;
  service.sessionChanged.connect((_, id) => {
    tab.keep(id);
    void keep(state, id);
  });
  const found = last === undefined ? await fetched(state) : last;
  // Who has begun to talk already is not interrupted.
  if (typeof found === 'string' && service.currentSession === null) {
    service.setCurrentSession(found);
  }
}

async function keep(state: IStateDB, id: string | null): Promise<void> {
  try {
    await (id === null ? state.remove(KEY) : state.save(KEY, id));
  } catch (error) {
    console.warn('Which conversation is open could not be noted.', error);
  }
}

async function fetched(state: IStateDB): Promise<unknown> {
  try {
    return await state.fetch(KEY);
  } catch (error) {
    console.warn('Which conversation was open last could not be read.', error);
    return undefined;
  }
}
