/** Which toggles are on, kept from one visit to the next. */

import type { IStateDB } from '@jupyterlab/statedb';

import type { IContextSources } from '../tokens';

const KEY = 'jupyter-llmchat:context';

type Enabled = Record<string, boolean>;

/** Sets them as they were, and keeps what changes from then on. */
export async function remember(context: IContextSources, state: IStateDB): Promise<void> {
  try {
    const known = (await state.fetch(KEY)) as Enabled | undefined;
    for (const { id } of context.sources) {
      if (typeof known?.[id] === 'boolean') {
        context.toggle(id, known[id]);
      }
    }
  } catch (error) {
    console.warn('What is sent along could not be read from the last visit.', error);
  }
  context.changed.connect(() => {
    const now: Enabled = {};
    context.sources
      .filter(each => each.isFixed !== true)
      .forEach(each => (now[each.id] = each.enabled));
    state.save(KEY, now).catch(() => undefined);
  });
}
