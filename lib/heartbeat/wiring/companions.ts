/** What ha-suite.ini wants beside the daemon, as programs of their own: they are started again when they die, and nothing else. */
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Configuration } from '../config/configuration.js';
import type { ClientCommand } from '../config/model.js';

/** As a respawn line of ha.cf would have it. `script`: the file of this program, beside which `ha` stands. */
const companion = (word: string, script: string): ClientCommand => {
  const ha = join(dirname(realpathSync(script)), 'ha.js');
  return { kind: 'respawn', user: 'root', command: `${process.execPath} --max-semi-space-size=2 ${ha} ${word}` };
};

/** The status page (`ha serve`), and whoever tells others of what happens (`ha notify`). */
export const companions = (
  { statusPage = false, notifies = false }: Pick<Configuration, 'statusPage' | 'notifies'>,
  script = process.argv[1] ?? '',
): readonly ClientCommand[] => [
  ...(statusPage ? [companion('serve', script)] : []),
  ...(notifies ? [companion('notify', script)] : []),
];
