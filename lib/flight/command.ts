/** `ha replay`: reads a recording of heartbeat, lets the machine decide once more, and says whether it decides the same. */
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { Command } from 'commander';
import { rangeOf } from '../ha/instant.js';
import type { CommandMaker, World } from '../ha/sub-command.js';
import { clusterMachine } from '../heartbeat/cluster/machine.js';
import { SUITE_VERSION } from '../version.js';
import { FLIGHT_FOLDER } from './places.js';
import { createReplayer } from './replay.js';
import { replayJson, replayText } from './report.js';
import { fileNumber } from './ring.js';
import { readSegment, type Segment } from './segment.js';

/** Exit codes: other decisions; not all of it, or nothing, can be read. */
const DIFFERENT = 1;
const UNREADABLE = 3;

/** A file that claims to unpack to more is none of ours. */
const LARGEST = 256 << 20;

/** Work that takes longer says how far it is, so often. */
const PROGRESS_EVERY = 3000;

const HELP = `
RECORDING is a file or a folder of the flight recorder; without it the one of this node, ${FLIGHT_FOLDER}.
TIME is like 90s, 15m, 2h or 3d (so long ago), or a date and time such as "2026-11-27 20:15".

Examples:
  ha replay                                  what this node was told, and whether it decides the same today
  ha replay --from 2h                        only the last two hours
  scp -r lb1:${FLIGHT_FOLDER} /tmp/lb1
  ha replay /tmp/lb1                         what the other node saw
  ha replay /tmp/lb1 --json                  for programs

Exit codes: 0 the same decisions, 1 another decision, 2 wrong usage, 3 something cannot be read.`;

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

/** Complete files are packed; undefined: they do not unpack. */
const unpacked = (bytes: Buffer): Buffer | undefined => {
  // The first byte of zlib's header; what is not packed begins with a letter.
  if (bytes[0] !== 0x78) return bytes;
  try {
    return inflateSync(bytes, { maxOutputLength: LARGEST });
  } catch {
    return undefined;
  }
};

/** A file of a recording, or why it cannot be read. */
const load = (path: string, { read }: World): Segment | string => {
  const file = read(path);
  if ('problem' in file) return file.problem;
  const bytes = unpacked(Buffer.from(file.text, 'latin1'));
  if (bytes === undefined) return 'it is damaged and cannot be unpacked';
  const segment = readSegment(bytes);
  return 'reason' in segment ? segment.text : segment;
};

/** The files of a recording in their order, or why there are none. */
const filesOf = (recording: string, world: World): readonly string[] | string => {
  const listed = world.list(recording);
  if ('problem' in listed) return 'problem' in world.read(recording) ? listed.problem : [recording];
  const files = listed.names.filter((name) => fileNumber(name) !== undefined).toSorted();
  return files.length === 0 ? 'there is no recording in it' : files.map((name) => join(recording, name));
};

/** Lets the signals of the terminal in. */
const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const replay = async (recording: string, options: Options, world: World): Promise<number> => {
  const { complain, print, wall, interrupted, coloured } = world;
  const range = rangeOf(options, wall());
  const paths = filesOf(recording, world);
  if (typeof paths === 'string') {
    complain(`ha: ${recording}: ${paths}\n`);
    return UNREADABLE;
  }
  const replayer = createReplayer(clusterMachine, range);
  const unread: string[] = [];
  let said = wall();
  /** A file that ends before the range begins need not be replayed: the next one will say so. */
  let waiting: { readonly segment: Segment; readonly name: string } | undefined;
  let goesOn = true;
  const playWaiting = (): void => {
    if (waiting !== undefined) goesOn = replayer.play(waiting.segment, waiting.name);
    waiting = undefined;
  };
  for (const [index, path] of paths.entries()) {
    if (!goesOn || interrupted.aborted) break;
    const loaded = load(path, world);
    if (typeof loaded === 'string') {
      playWaiting();
      unread.push(`${path}: ${loaded}`);
      replayer.miss(`${path} cannot be read`);
    } else {
      if (loaded.header.now.wall > range.from) playWaiting();
      if (goesOn) waiting = { segment: loaded, name: path };
    }
    await breath();
    if (wall() - said < PROGRESS_EVERY) continue;
    said = wall();
    complain(`ha: ${Math.floor((100 * index) / paths.length)} % is replayed\n`);
  }
  if (interrupted.aborted) unread.push('The rest is not replayed: it was interrupted.');
  else if (goesOn) playWaiting();
  const runs = replayer.runs();
  if (runs.length === 0) {
    for (const line of unread) complain(`ha: ${line}\n`);
    return UNREADABLE;
  }
  const replayed = { recording, runs, unread, suite: SUITE_VERSION };
  print(options.json === true ? replayJson(replayed) : replayText(replayed, coloured));
  if (runs.some(({ parting }) => parting !== undefined)) return DIFFERENT;
  return unread.length > 0 || runs.some(({ damaged }) => damaged) ? UNREADABLE : 0;
};

/** `ha replay`. */
export const replayCommand: CommandMaker = (choose) =>
  new Command('replay')
    .description(
      'Lets heartbeat decide once more what it has decided, from the recording of what really happened, and compares.',
    )
    .argument('[recording]', 'a file or a folder of the flight recorder', FLIGHT_FOLDER)
    .option('--from <time>', 'what happened from then on')
    .option('--to <time>', 'what happened until then')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action((recording: string, options: Options) => choose((world) => replay(recording, options, world)));
