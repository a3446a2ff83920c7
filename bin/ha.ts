/** ha: asks and rehearses a cluster, see ha(8). */
import { readFileSync } from 'node:fs';
import { errorText } from '../lib/platform/error-text.js';
import { runHa } from '../lib/rehearsal/ha.js';
import { SUITE_VERSION } from '../lib/version.js';

const { stdout, stderr, code } = runHa(process.argv.slice(2), SUITE_VERSION, {
  read: (path) => {
    try {
      return { text: readFileSync(path, 'latin1') };
    } catch (error) {
      return { problem: errorText(error) };
    }
  },
  coloured: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
});
process.stderr.write(stderr);
process.stdout.write(stdout);
process.exitCode = code;
