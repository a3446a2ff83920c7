/** Finds the files that a configuration includes, by a path with `*` and `?` or by a folder. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigReader } from './apache-config.js';

/** A folder deeper than this is no configuration. */
const MAX_DEPTH = 8;

const asExpression = (segment: string): RegExp =>
  new RegExp(
    `^${segment
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );

const entries = async (folder: string): Promise<readonly string[]> => {
  try {
    return (await readdir(folder)).sort();
  } catch {
    return [];
  }
};

/** As a shell expands it; names with a dot in front only where the pattern has one. */
const expandPath = async (pattern: string): Promise<readonly string[]> => {
  let found: readonly string[] = ['/'];
  for (const segment of pattern.split('/').filter((each) => each !== '')) {
    if (!/[*?]/.test(segment)) {
      found = found.map((folder) => join(folder, segment));
      continue;
    }
    const expression = asExpression(segment);
    const fits = (name: string) => expression.test(name) && (segment.startsWith('.') || !name.startsWith('.'));
    const next: string[] = [];
    for (const folder of found) {
      next.push(...(await entries(folder)).filter(fits).map((name) => join(folder, name)));
    }
    found = next;
  }
  return found;
};

const filesAt = async (path: string, depth = 0): Promise<readonly string[]> => {
  try {
    const kind = await stat(path);
    if (kind.isFile()) return [path];
    if (!kind.isDirectory() || depth >= MAX_DEPTH) return [];
  } catch {
    return [];
  }
  const found: string[] = [];
  for (const name of await entries(path)) found.push(...(await filesAt(join(path, name), depth + 1)));
  return found;
};

export const configFiles: ConfigReader = {
  text: async (path) => {
    try {
      return await readFile(path, 'latin1');
    } catch {
      return undefined;
    }
  },
  matching: async (pattern) => {
    const found: string[] = [];
    for (const path of await expandPath(pattern)) found.push(...(await filesAt(path)));
    return found;
  },
};
