/** Our name in the cluster. */
import { hostname } from 'node:os';
import { readSmallFile } from '../../../platform/run-files.js';

/** The first line of nodeinfo, or `uname -n`; lower case (heartbeat reference 2.3). */
export const ownNodeName = (nodeinfo = '/etc/ha.d/nodeinfo'): string => {
  const first = readSmallFile(nodeinfo)?.toString('latin1').split('\n')[0]?.trim();
  return (first === undefined || first === '' ? hostname() : first).toLowerCase();
};
