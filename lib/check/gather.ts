/** Reads all files of a cluster, asks the machine what they need to know, and has them parsed. */
import { dirname } from 'node:path';
import type { Diagnostic } from '../config/diagnostic.js';
import { diagnosticOfFile, type Source, sourceOf } from '../config/source.js';
import { parseSuite } from '../config/suite.js';
import type { World } from '../ha/sub-command.js';
import { adviceTogether } from '../heartbeat/config/advice.js';
import { parseAuthKeys } from '../heartbeat/config/authkeys.js';
import { readConfiguration } from '../heartbeat/config/configuration.js';
import type { Environment } from '../heartbeat/config/environment.js';
import { parseHaCf } from '../heartbeat/config/ha-cf.js';
import { parseHaResources } from '../heartbeat/config/haresources.js';
import { imaginedEnvironment } from '../heartbeat/config/imagined.js';
import { type Needs, recordingFacts } from '../ldirectord/config/facts.js';
import { directorConfigNeeds, parseDirectorConfig } from '../ldirectord/config/parse.js';
import { nftMisfit } from '../ldirectord/engine-fit.js';
import {
  DEFAULT_WORD,
  type DirectorText,
  directorResources,
  directorTexts,
  instancePaths,
  lostDirectors,
  unreadableDirectors,
  wordOf,
} from './director-texts.js';
import type { DirectorFile, Facts, HeartbeatFiles } from './facts.js';
import { keyPlacesIn } from './key-places.js';
import type { FileStatus, Machine, Questions } from './machine.js';
import { type PeerTexts, parsePeer } from './peer-files.js';
import { programsOf, programsOfMonitors } from './rules/programs.js';
import { SETTINGS } from './rules/settings.js';
import { isOwnAddress } from './served-addresses.js';
import { type Asked, bytesOf, readTexts, type Texts } from './texts.js';

const allNeeds = (texts: readonly string[], hosts: readonly string[]): Needs => {
  const needs = texts.map(directorConfigNeeds);
  return {
    hosts: [...needs.flatMap((each) => each.hosts), ...hosts.map((name) => ({ name, family: 'ipv4' as const }))],
    services: needs.some(({ services }) => services),
    files: needs.flatMap(({ files }) => files),
    directories: needs.flatMap(({ directories }) => directories),
  };
};

const isGiven = (text: string | undefined): text is string => text !== undefined;

/** Everything that parsers and rules will want to know of the machine. */
const questionsFor = (
  dir: string,
  own: Texts,
  directors: readonly DirectorText[],
  peer: PeerTexts | undefined,
): Questions => {
  const haCf = own.haCf.text ?? '';
  const config = parseHaCf(haCf, own.haCf.path, imaginedEnvironment(haCf)).value;
  const suite = parseSuite(own.suite.text ?? '', own.suite.path).value;
  const configs = directors.map(({ text, path }) => parseDirectorConfig(text, path, recordingFacts().facts).value);
  const programs = configs.flatMap((each) => programsOf(each).map(({ program }) => program));
  const instances = configs.flatMap(({ execute }) => execute.flatMap(({ value }) => instancePaths(dir, value)));
  const logFolders = [config.logfile, config.debugfile].filter(isGiven).map((path) => dirname(path));
  return {
    haCf: [haCf, peer?.texts.haCf.text ?? ''].join('\n'),
    director: allNeeds(
      [...directors, ...(peer?.directors ?? [])].map(({ text }) => text),
      config.nodes.map(({ value }) => value),
    ),
    files: [
      ...[dir, own.haCf.path, own.authKeys.path, own.haResources.path, own.suite.path],
      ...directors.map(({ path }) => path),
      ...programs,
      ...instances,
      ...programsOfMonitors(suite),
      ...logFolders,
    ],
    settings: SETTINGS,
    engine: suite.ipvs.engine,
  };
};

interface Gathered {
  readonly facts: Facts;
  /** What the parsers and the checks of one program say. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A file that is there and cannot be read is not "missing", whatever its parser thinks. */
const unreadable =
  (asked: readonly Asked[]) =>
  (diagnostic: Diagnostic): Diagnostic => {
    const problem = asked.find(({ path }) => path === diagnostic.at.file)?.problem;
    return problem === undefined || !diagnostic.code.endsWith('/missing')
      ? diagnostic
      : { ...diagnostic, message: `cannot be read: ${problem}` };
  };

const cannotRead = (kind: string, path: string, problem: string): Diagnostic =>
  diagnosticOfFile(path, 'error', { code: `${kind}/unreadable`, message: `cannot be read: ${problem}` });

const readHeartbeat = (
  texts: Texts,
  environment: Environment,
  files: ReadonlyMap<string, FileStatus>,
): { readonly heartbeat: HeartbeatFiles; readonly diagnostics: readonly Diagnostic[] } => {
  const { haCf, authKeys, haResources } = texts;
  const mode = files.get(authKeys.path)?.mode ?? 0;
  const read = readConfiguration({ haCf, authKeys: { ...authKeys, mode }, haResources }, environment);
  const { config, groups } = read;
  return {
    heartbeat: {
      paths: { haCf: haCf.path, authKeys: authKeys.path, haResources: haResources.path },
      config,
      groups,
      keys: parseAuthKeys(authKeys.text, authKeys.path, 0o600).value,
      keyPlaces: keyPlacesIn(authKeys.text ?? '', authKeys.path),
    },
    diagnostics: read.diagnostics.map(unreadable([haCf, authKeys, haResources])),
  };
};

/** Our node name: the first line of nodeinfo, or what the machine is called (heartbeat reference 2.3). */
const nodeNameIn = (nodeInfo: string | undefined, machine: Machine): string => {
  const first = nodeInfo?.split('\n')[0]?.trim() ?? '';
  return first === '' ? machine.environment.nodeName : first.toLowerCase();
};

const readDirectors = (
  texts: readonly DirectorText[],
  machine: Machine,
): { readonly directors: readonly DirectorFile[]; readonly diagnostics: readonly Diagnostic[] } => {
  const read = texts.map(({ path, word, text }) => {
    const { value: config, diagnostics } = parseDirectorConfig(text, path, machine.director);
    const lines = text.split('\n');
    const lineText = (line: number): string => lines[line - 1] ?? '';
    const misfit =
      machine.engine === 'nft' ? nftMisfit(config, (address) => isOwnAddress(machine, address), lineText) : undefined;
    return { file: { path, word, config }, diagnostics: misfit === undefined ? diagnostics : [...diagnostics, misfit] };
  });
  return { directors: read.map(({ file }) => file), diagnostics: read.flatMap(({ diagnostics }) => diagnostics) };
};

const sourcesOf = (
  files: readonly { readonly path: string; readonly text: string | undefined }[],
): ReadonlyMap<string, Source> => new Map(files.map(({ path, text }) => [path, sourceOf(path, text ?? '')]));

/** Reads everything below `dir`, and `peer` where given; one line that says why when there is nothing to check. */
export const gather = async (
  dir: string,
  peerDir: string | undefined,
  { read, machine: askMachine }: Pick<World, 'read' | 'machine'>,
): Promise<Gathered | string> => {
  const own = readTexts(read, dir);
  const groups = parseHaResources(own.haResources.text ?? '', own.haResources.path, undefined).value;
  const words = [...directorResources(groups).map(wordOf), DEFAULT_WORD];
  const texts = directorTexts(read, dir, words);
  const ofHeartbeat = [own.haCf, own.authKeys, own.haResources];
  const hasHeartbeat = ofHeartbeat.some(({ text, problem }) => text !== undefined || problem !== undefined);
  if (!hasHeartbeat && texts.length === 0) return `${dir}: there is no ha.cf, authkeys, haresources or ldirectord.cf`;
  const peer =
    peerDir === undefined
      ? undefined
      : {
          dir: peerDir,
          texts: readTexts(read, peerDir),
          directors: directorTexts(
            read,
            peerDir,
            texts.map(({ word }) => word),
            true,
          ),
        };
  if (peer !== undefined && peer.directors.length === 0) {
    const { haCf, authKeys, haResources } = peer.texts;
    if ([haCf, authKeys, haResources].every(({ text }) => text === undefined))
      return `${peer.dir}: there is no ha.cf, authkeys, haresources or ldirectord.cf of the other node`;
  }
  const asked = await askMachine(questionsFor(dir, own, texts, peer));
  const machine = { ...asked, environment: { ...asked.environment, nodeName: nodeNameIn(own.nodeInfo, asked) } };
  const suite = parseSuite(bytesOf(own.suite.text ?? '').toString('utf8'), own.suite.path);
  const heartbeat = hasHeartbeat ? readHeartbeat(own, machine.environment, machine.files) : undefined;
  const { directors, diagnostics } = readDirectors(texts, machine);
  const haResources = sourceOf(own.haResources.path, own.haResources.text ?? '');
  const advice =
    heartbeat === undefined
      ? []
      : adviceTogether(
          { ...heartbeat.heartbeat, suite: suite.value, haCf: own.haCf.path, haResources },
          { ...machine.resources, isFolder: (path) => machine.files.get(path)?.kind === 'directory' },
        );
  return {
    facts: {
      dir,
      sources: sourcesOf([
        ...[own.haCf, own.haResources, own.suite, ...texts],
        ...(peer === undefined ? [] : [peer.texts.haCf, peer.texts.haResources, ...peer.directors]),
      ]),
      heartbeat: heartbeat?.heartbeat,
      suite: { path: own.suite.path, config: suite.value },
      directors,
      lostDirectors: lostDirectors(read, dir, groups),
      machine,
      peer: peer === undefined ? undefined : parsePeer(peer, machine, { texts: own, directors: texts }),
    },
    diagnostics: [
      ...(heartbeat?.diagnostics ?? []),
      ...(own.suite.problem === undefined ? [] : [cannotRead('ha-suite.ini', own.suite.path, own.suite.problem)]),
      ...suite.diagnostics,
      ...advice,
      ...unreadableDirectors(read, dir, words).map(({ path, problem }) => cannotRead('ldirectord.cf', path, problem)),
      ...diagnostics,
    ],
  };
};
