/** What the running heartbeat knows of the other node's files: the other node tells of them, if it is one of ours. */
import { type Asker, look } from '../ha/status/look.js';
import type { PeerTold } from '../heartbeat/snapshot.js';
import { spanText } from '../ldirectord/cli/status-table.js';

/** The other node's files beside ours, or why they could not be compared. */
export type ToldFiles = { readonly node: string; readonly files: PeerTold['files'] } | { readonly problem: string };

/** Asks heartbeat; nobody else. Never rejects. */
export const askTold = async ({ daemons, wall, read }: Asker): Promise<ToldFiles> => {
  const list = (): ReturnType<typeof daemons.list> => {
    const names = daemons.list();
    return typeof names === 'string' ? names : names.filter(({ program }) => program === 'heartbeat');
  };
  const { heartbeat } = await look({ daemons: { ...daemons, list }, wall, read });
  if (heartbeat.snapshot === null) return { problem: `heartbeat: ${heartbeat.problem}` };
  const { peer } = heartbeat.snapshot;
  if (peer === undefined) return { problem: 'the heartbeat that runs here is an earlier version' };
  if (peer === null) return { problem: 'there is no other node' };
  if (peer.told === null) return { problem: peer.problem };
  if (peer.stale) return { problem: `${peer.node} last told of its files ${spanText(peer.age)} ago` };
  if (peer.told.files.length === 0) return { problem: `the files of ${peer.node} are not known yet` };
  return { node: peer.node, files: peer.told.files };
};
