/** Text files below the server's root. */

import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ContextPart } from '../protocol';
import { FILE_BYTES, FILE_CHARS, beginning } from '../limits';

const BINARY =
  /\.(7z|avi|bin|bmp|bz2|db|dll|doc|docx|duckdb|dylib|eot|exe|feather|gguf|gif|gz|h5|hdf5|heic|ico|jar|jpe?g|joblib|mov|mp[34]|npy|npz|o|odt|onnx|parquet|pdf|pickle|pkl|png|pptx?|pyc|pyo|so|sqlite3?|tar|tiff?|ttf|wav|webm|webp|whl|woff2?|xlsx?|xz|zip|zst)$/i;

export type Entry = { path: string; isFolder: boolean; size: number | null };

/** Whether it is of a kind that has no text in it. */
export function isBinary(path: string): boolean {
  return BINARY.test(path);
}

/** A folder's files and folders that can be named; folders first. */
export async function listed(contents: Contents.IManager, folder: string): Promise<Entry[]> {
  const model = await contents.get(folder, { content: true });
  const children = (model.content ?? []) as Contents.IModel[];
  return children
    .filter(each => each.type === 'directory' || !isBinary(each.name))
    .map(each => ({
      path: folder === '' ? each.name : `${folder}/${each.name}`,
      isFolder: each.type === 'directory',
      size: each.size ?? null
    }))
    .sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || a.path.localeCompare(b.path));
}

/** Raises an Error with a reason in plain words. */
export async function textOfFile(
  contents: Contents.IManager,
  path: string,
  trans: TranslationBundle
): Promise<ContextPart[]> {
  const model = await looked(contents, path, trans);
  if (model.type === 'directory') {
    throw new Error(trans.__('it is a folder; name a file in it'));
  }
  if ((model.size ?? 0) > FILE_BYTES) {
    throw new Error(trans.__('the file is too large; select a part of it instead'));
  }
  const text = await read(contents, path, model.type === 'notebook', trans);
  return text.trim() === '' ? [] : [{ kind: 'file', name: path, text: beginning(text, FILE_CHARS) }];
}

/** In its folder's list: asking for a file that is not there would be an error. */
async function looked(
  contents: Contents.IManager,
  path: string,
  trans: TranslationBundle
): Promise<Contents.IModel> {
  if (isBinary(path)) {
    throw new Error(trans.__('it is not a text file'));
  }
  const [name, ...folder] = path.replace(/\/$/, '').split('/').reverse();
  try {
    const model = await contents.get(folder.reverse().join('/'), { content: true });
    const found = (model.content as Contents.IModel[]).find(each => each.name === name);
    if (found !== undefined) {
      return found;
    }
  } catch {
    // Told below: a folder that is not there has no such file.
  }
  throw new Error(trans.__('there is no such file'));
}

async function read(
  contents: Contents.IManager,
  path: string,
  isNotebook: boolean,
  trans: TranslationBundle
): Promise<string> {
  let model: Contents.IModel;
  try {
    model = await contents.get(path, { content: true });
  } catch {
    throw new Error(trans.__('it could not be read as text'));
  }
  if (isNotebook) {
    return sourcesOf(model.content as Notebook);
  }
  if (model.format !== 'text' && model.format !== 'json') {
    throw new Error(trans.__('it is not a text file'));
  }
  const { content } = model as { content: unknown };
  return typeof content === 'string' ? content : JSON.stringify(content, null, 2);
}

type Notebook = { cells?: { source?: string | string[] }[] };

/** Without outputs, which may be of any size. */
function sourcesOf(notebook: Notebook): string {
  const sources = (notebook.cells ?? []).map(({ source = '' }) =>
    Array.isArray(source) ? source.join('') : source
  );
  return sources.filter(each => each.trim() !== '').join('\n\n');
}
