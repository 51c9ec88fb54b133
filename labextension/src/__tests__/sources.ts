/** The sources of the extension, for tests that look at all of them. */

import { readFileSync, readdirSync } from 'fs';
import { join, relative } from 'path';

const ROOT = join(__dirname, '..');

/** Path below `src` → text; without tests. */
export function sources(folder = ROOT): [string, string][] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((each): [string, string][] => {
    const path = join(folder, each.name);
    if (each.isDirectory()) {
      return each.name === '__tests__' ? [] : sources(path);
    }
    return /\.tsx?$/.test(each.name) ? [[relative(ROOT, path), readFileSync(path, 'utf8')]] : [];
  });
}
