/** ha: shows, asks and rehearses a cluster, see ha(8). */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { runHa } from '../lib/ha/run-ha.js';
import { SUB_COMMANDS } from '../lib/ha/sub-commands.js';
import { errorText } from '../lib/platform/error-text.js';
import { SUITE_VERSION } from '../lib/version.js';

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
  complain: (text) => {
    process.stderr.write(text);
  },
  coloured: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
  interrupted: enough.signal,
});
