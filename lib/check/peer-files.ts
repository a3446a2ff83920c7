/** Reads what was fetched from the other node; its findings are a matter of that node, so that only values are taken. */
import { parseAuthKeys } from '../heartbeat/config/authkeys.js';
import { parseHaCf } from '../heartbeat/config/ha-cf.js';
import { parseHaResources } from '../heartbeat/config/haresources.js';
import { imaginedEnvironment } from '../heartbeat/config/imagined.js';
import { parseDirectorConfig } from '../ldirectord/config/parse.js';
import { type DirectorText, directorPaths } from './director-texts.js';
import type { PeerFiles } from './facts.js';
import { keyPlacesIn } from './key-places.js';
import type { Machine } from './machine.js';
import type { Texts } from './texts.js';

/** What was fetched from the other node. */
export interface PeerTexts {
  readonly dir: string;
  readonly texts: Texts;
  readonly directors: readonly DirectorText[];
}

/** The files of the other node as far as they can be read. */
export const parsePeer = (
  { dir, texts, directors }: PeerTexts,
  machine: Machine,
  own: { readonly texts: Texts; readonly directors: readonly DirectorText[] },
): PeerFiles => {
  const { haCf, haResources, authKeys } = texts;
  // Its devices, users and programs are a matter of the other node; its host names are looked up here.
  const imagined = imaginedEnvironment(haCf.text ?? '');
  const environment = { ...imagined, hosts: new Map([...imagined.hosts, ...machine.environment.hosts]) };
  const config = haCf.text === undefined ? undefined : parseHaCf(haCf.text, haCf.path, environment).value;
  const names = ['haCf', 'haResources', 'authKeys'] as const;
  return {
    dir,
    missing: [
      ...names
        .filter((name) => own.texts[name].text !== undefined && texts[name].text === undefined)
        .map((name) => texts[name].path),
      ...own.directors
        .filter(({ word }) => !directors.some((other) => other.word === word))
        .map(({ word }) => directorPaths(dir, word, true)[0] ?? word),
    ],
    haCf: config === undefined ? undefined : { path: haCf.path, config },
    groups:
      haResources.text === undefined
        ? undefined
        : parseHaResources(haResources.text, haResources.path, undefined).value,
    haResources: haResources.path,
    authKeys: authKeys.path,
    // Copies have other modes.
    keys: parseAuthKeys(authKeys.text, authKeys.path, 0o600).value,
    keyPlaces: keyPlacesIn(authKeys.text ?? '', authKeys.path),
    directors: directors.map(({ path, word, text }) => ({
      ...{ path, word },
      config: parseDirectorConfig(text, path, machine.director).value,
    })),
  };
};
