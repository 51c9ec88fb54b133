/** Sessions out of and into files. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { errorBodyOf } from '../api';
import type { Api, ExportFormat } from '../api';
import { download } from '../download';
import type { ErrorBody, Session } from '../protocol';

export const IMPORTED_KINDS = '.json,.jsonl,.ndjson,.ipynb';

export async function exportTo(api: Api, id: string, format: ExportFormat): Promise<void> {
  const file = await api.exportSession(id, format);
  download(file, file.name);
}

export type Brought = { sessions: Session[]; problem: ErrorBody | null };

/** All files are tried; those that cannot be read are named. */
export async function importFrom(
  api: Pick<Api, 'importSessions'>,
  files: readonly File[],
  trans: TranslationBundle
): Promise<Brought> {
  const sessions: Session[] = [];
  const failed: { name: string; error: ErrorBody }[] = [];
  for (const file of files) {
    try {
      sessions.push(...(await api.importSessions(file)).sessions);
    } catch (error) {
      failed.push({ name: file.name, error: errorBodyOf(error) });
    }
  }
  if (failed.length === 0) {
    return { sessions, problem: null };
  }
  const { error } = failed[0];
  const names = failed.map(each => each.name).join(', ');
  const message = trans.__('Could not be imported: %1.', names);
  return { sessions, problem: { ...error, message: `${message} ${error.message}` } };
}
