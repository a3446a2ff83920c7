/** ha: shows, asks and rehearses a cluster, see ha(8). */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { runHa } from '../lib/ha/run-ha.js';
import { SUB_COMMANDS } from '../lib/ha/sub-commands.js';
import { DAEMONS } from '../lib/platform/daemons.js';
import { errorText } from '../lib/platform/error-text.js';
import { SUITE_VERSION } from '../lib/version.js';

const complain = (text: string): void => {
  process.stderr.write(text);
};
const enough = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => enough.abort());
// `ha events --follow | head`: the reader has gone, and that is no error.
process.stdout.on('error', () => enough.abort());

process.exitCode = await runHa(process.argv.slice(2), SUITE_VERSION, SUB_COMMANDS, {
  read: (path) => {
    try {
      return { text: readFileSync(path, 'latin1') };
    } catch (error) {
      return { problem: errorText(error) };
    }
  },
  list: (folder) => {
    try {
      return { names: readdirSync(folder) };
    } catch (error) {
      return { problem: errorText(error) };
    }
  },
  // Loaded only for what asks about the machine.
  machine: async (questions) => (await import('../lib/check/wiring/read-machine.js')).readMachine(questions),
  write: (path, text, mode, replace) => {
    try {
      mkdirSync(dirname(path), { recursive: true });
      // A new file, so that one with a secret never has the permissions of the old one.
      if (replace) rmSync(path, { force: true });
      writeFileSync(path, text, { encoding: 'latin1', mode, flag: 'wx' });
      return undefined;
    } catch (error) {
      return errorText(error);
    }
  },
  print: (text) => {
    process.stdout.write(text);
  },
  complain,
  coloured: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
  daemons: DAEMONS,
  wall: Date.now,
  interrupted: enough.signal,
  servePlace: async () => (await import('../lib/ha/serve/place-here.js')).placeHere(complain),
});
