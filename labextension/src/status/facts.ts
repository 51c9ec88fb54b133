/** What is shown of the assistant when one looks closer. */

import { useEffect, useState } from 'react';

import type { Api } from '../api';
import type { Model, ModelList, Retrieval, SettingsInForce } from '../protocol';
import type { StatusWatch } from './watch';

/** What could not be read is null. */
export type Facts = {
  models: readonly Model[];
  budgetBytes: number | null;
  sources: Retrieval['sources'];
  settings: SettingsInForce['settings'] | null;
};

const NOTHING: Facts = { models: [], budgetBytes: null, sources: [], settings: null };

export async function facts(api: Api): Promise<Facts> {
  const [models, retrieval, settings] = await Promise.allSettled([
    api.get<ModelList>('models'),
    api.get<Retrieval>('retrieval'),
    api.get<SettingsInForce>('settings')
  ]);
  const listed = models.status === 'fulfilled' ? models.value : null;
  return {
    models: listed?.models ?? [],
    budgetBytes: listed?.memory_budget_bytes ?? null,
    sources: retrieval.status === 'fulfilled' ? retrieval.value.sources : [],
    settings: settings.status === 'fulfilled' ? settings.value.settings : null
  };
}

/** Read again whenever there was a look at the status. */
export function useFacts(api: Api, watch: StatusWatch): Facts {
  const [found, setFound] = useState(NOTHING);
  useEffect(() => {
    let isCurrent = true;
    const read = async (): Promise<void> => {
      const next = await facts(api);
      if (isCurrent) {
        setFound(next);
      }
    };
    const onLook = (): void => void read();
    watch.looked.connect(onLook);
    onLook();
    return () => {
      isCurrent = false;
      watch.looked.disconnect(onLook);
    };
  }, [api, watch]);
  return found;
}
