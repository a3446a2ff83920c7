/** The list of nodes deleted for good, as genuine keeps it (heartbeat reference 1.2): written, and read by nobody. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../../log.js';
import { errorText } from '../../../platform/error-text.js';
import type { ListedNode } from '../../cluster/interface.js';
import { uuidText } from '../../cluster/uuids.js';

/** A line for each node: name, uuid, weight and site, with tabs between them. */
export const hostCacheText = (nodes: readonly ListedNode[]): string =>
  nodes.map(({ name, uuid, weight, site }) => `${name}\t${uuidText(uuid)}\t${weight}\t${site}\n`).join('');

/** Writes `delhostcache` in `folder` (/var/lib/heartbeat). Never throws. */
export const writeDeletedNodes = (folder: string, nodes: readonly ListedNode[], log: Log): void => {
  const file = join(folder, 'delhostcache');
  try {
    writeFileSync(file, hostCacheText(nodes), { encoding: 'latin1', mode: 0o644 });
  } catch (error) {
    log('WARN', `Cannot write ${file}: ${errorText(error)}`);
  }
};
