/** The status page of ha-suite.ini as a program beside the daemon: it is started again when it dies, and nothing else. */
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ClientCommand } from '../config/model.js';

/** As a respawn line of ha.cf would have it: `ha serve` of the same installation. `script`: the file of this program. */
export const statusPage = (script = process.argv[1] ?? ''): ClientCommand => {
  const ha = join(dirname(realpathSync(script)), 'ha.js');
  return { kind: 'respawn', user: 'root', command: `${process.execPath} --max-semi-space-size=2 ${ha} serve` };
};
