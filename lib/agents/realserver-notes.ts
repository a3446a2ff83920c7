/** What was there before the first virtual address came to a real server, and which addresses came: notes until the next boot. */
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = '/run/ha-suite/realserver';

/** Network namespaces have settings and interfaces of their own. */
const folder = (): string => join(FOLDER, (/\d+/.exec(readlinkSync('/proc/self/ns/net')) ?? ['0'])[0]);

/** `setting NAME`: its value before, and ours; `address ADDRESS`: its device; `device NAME`: made by us. */
export type NoteKind = 'setting' | 'address' | 'device';

const fileOf = (kind: NoteKind, name: string): string => join(folder(), `${kind} ${name}`);

/** Makes a note; the first one of a name stays. Answers whether this is the first. Throws when it cannot be written. */
export const note = (kind: NoteKind, name: string, text: string): boolean => {
  mkdirSync(folder(), { recursive: true, mode: 0o755 });
  try {
    // In one step, so that of two that start at the same time only one takes what it finds for the state before.
    writeFileSync(fileOf(kind, name), `${text}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'EEXIST') return false;
    throw error;
  }
};

export const forget = (kind: NoteKind, name: string): void => rmSync(fileOf(kind, name), { force: true });

export const noted = (kind: NoteKind, name: string): string | undefined => {
  try {
    return readFileSync(fileOf(kind, name), 'latin1').trim();
  } catch {
    return undefined;
  }
};

/** The names of all notes of a kind. */
export const allNoted = (kind: NoteKind): readonly string[] => {
  try {
    const start = `${kind} `;
    return readdirSync(folder()).flatMap((file) => (file.startsWith(start) ? [file.slice(start.length)] : []));
  } catch {
    return [];
  }
};
