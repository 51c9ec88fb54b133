import { posix } from 'path';

import { sources } from './sources';

/** A plugin's folder → others that it builds on; all else they share in `tokens`. */
const BUILDS_ON: Record<string, readonly string[]> = {
  cells: [],
  context: [],
  dashboard: ['status'],
  sessions: [],
  sidebar: [],
  status: []
};
/** Modules that know the plugins. */
const OUTERMOST = 'index.ts';
const IMPORT = /\bfrom '([^']+)'/g;

function imported(text: string): string[] {
  return [...text.matchAll(IMPORT)].map(hit => hit[1]);
}

/** The plugin that a path below `src` belongs to; '' for what they share. */
function pluginOf(path: string): string {
  return path.includes('/') ? path.split('/')[0] : '';
}

function across(path: string, text: string): string[] {
  const from = pluginOf(path);
  return imported(text)
    .filter(each => each.startsWith('.'))
    .map(each => pluginOf(posix.join(posix.dirname(path), each)))
    .filter(to => to !== '' && to !== from && !BUILDS_ON[from]?.includes(to))
    .map(to => `${path} -> ${to}`);
}

test('every folder is a plugin', () => {
  const found = new Set(sources().map(([path]) => pluginOf(path)));
  found.delete('');
  expect([...found].sort()).toEqual(Object.keys(BUILDS_ON).sort());
});

test('plugins do not know each other, and what they share knows none of them', () => {
  const found = sources()
    .filter(([path]) => path !== OUTERMOST)
    .flatMap(([path, text]) => across(path, text));
  expect(found).toEqual([]);
});

test('the chat library is imported in one place', () => {
  const found = sources().filter(([, text]) => imported(text).includes('@jupyter/chat'));
  expect(found.map(([path]) => path)).toEqual(['chat-compat.ts']);
});

test('what goes astray is found', () => {
  expect(across('cells/a.ts', "import { a } from '../sidebar/b';")).toEqual(['cells/a.ts -> sidebar']);
  expect(across('api.ts', "import type { A } from './cells/a';")).toEqual(['api.ts -> cells']);
  expect(across('dashboard/a.ts', "import { a } from '../status/b';")).toEqual([]);
});
