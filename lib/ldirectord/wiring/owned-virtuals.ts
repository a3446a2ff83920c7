/**
 * Wiring: which virtuals this daemon answers for, in a file that outlives it: a daemon that was killed cannot delete its
 * virtuals, and one that is taken out of the configuration meanwhile would stay in the table for ever. The file stands in
 * /run, so that it is gone after a boot, as is the table. Genuine has nothing like it.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Log } from '../../log.js';
import { errorText } from '../../platform/error-text.js';
import { isDirectorProcess } from './pid-file.js';

const FOLDER = '/run';
const fileOf = (name: string): string => `ldirectord.${name}.virtuals`;

/** What the file says. */
interface Claim {
  readonly pid: number;
  readonly config: string;
  /** `tcp:10.0.0.3:80` */
  readonly virtuals: readonly string[];
}

const isClaim = (value: unknown): value is Claim =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  typeof value.pid === 'number' &&
  'config' in value &&
  typeof value.config === 'string' &&
  'virtuals' in value &&
  Array.isArray(value.virtuals) &&
  value.virtuals.every((id) => typeof id === 'string');

/** The claim in a file; undefined when there is none, or it is damaged. */
const readClaim = (path: string): Claim | undefined => {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isClaim(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Virtuals that other daemons answer for now: whoever holds them, they are not ours any more. */
const heldByOthers = (folder: string, own: string): ReadonlySet<string> => {
  const held = new Set<string>();
  for (const file of readdirSync(folder)) {
    if (file === own || !/^ldirectord\..*\.virtuals$/.test(file)) continue;
    const claim = readClaim(`${folder}/${file}`);
    if (claim !== undefined && isDirectorProcess(claim.pid)) for (const id of claim.virtuals) held.add(id);
  }
  return held;
};

export interface OwnedVirtuals {
  /** What a daemon for the same file that was killed may have left in the table, and its pid; undefined: there was none. */
  readonly takeOver: () => { readonly pid: number; readonly virtuals: ReadonlySet<string> } | undefined;
  /** To be called before a virtual is added. Never throws: without the file a killed daemon leaves dropped virtuals behind. */
  readonly claim: (virtuals: ReadonlySet<string>) => void;
  /** The table is clean. */
  readonly release: () => void;
}

/** `name` is that of the pid file, `config` the absolute path of the configuration. */
export const ownedVirtuals = (name: string, config: string, log: Log, folder = FOLDER): OwnedVirtuals => {
  const path = `${folder}/${fileOf(name)}`;
  let written = '';
  let complained = false;
  return {
    takeOver: () => {
      const claim = readClaim(path);
      // Two configurations of the same name share pid file and this one, but not their virtuals.
      if (claim === undefined || claim.config !== config) return undefined;
      // In a container the next daemon may well have the same number as the one that was killed.
      if (claim.pid !== process.pid && isDirectorProcess(claim.pid)) return undefined;
      const others = heldByOthers(folder, fileOf(name));
      return { pid: claim.pid, virtuals: new Set(claim.virtuals.filter((id) => !others.has(id))) };
    },
    claim: (virtuals) => {
      const claim: Claim = { pid: process.pid, config, virtuals: [...virtuals] };
      const text = `${JSON.stringify(claim)}\n`;
      if (text === written) return;
      try {
        writeFileSync(`${path}.new`, text, { mode: 0o644 });
        renameSync(`${path}.new`, path);
        written = text;
      } catch (error) {
        if (!complained) log('WARN', `Can not write ${path}: ${errorText(error)}`);
        complained = true;
      }
    },
    release: () => {
      try {
        rmSync(path, { force: true });
      } catch {
        // Read-only by now: the next start finds nothing of it in the table.
      }
    },
  };
};

/** For a shadow, which puts nothing into the table. */
export const NOTHING_OWNED: OwnedVirtuals = {
  takeOver: () => undefined,
  claim: () => undefined,
  release: () => undefined,
};
