/** Two directors of ours that notice a death within a second, and one address: where what they tell is looked at. */
import { type HeartbeatNode, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import type { Lab } from '../../lib/lab/lab.js';

/** Their files. */
export const QUICK_FILES = {
  haCf: `logfile /var/log/ha-log
keepalive 200ms
deadtime 1
initdead 2
bcast eth0
auto_failback off
node lb1 lb2
`,
  authkeys: 'auth 1\n1 sha1 secret\n',
  haresources: 'lb1 IPaddr::10.0.0.100/24/eth0\n',
};

/** Adds lb1 and lb2 on one network to a lab; nothing is started. `some`: other files than the usual ones. */
export const installPair = async (
  lab: Lab,
  some: Partial<typeof QUICK_FILES> = {},
): Promise<readonly [HeartbeatNode, HeartbeatNode]> => {
  const lan = await lab.network('lan');
  const node = async (number: number): Promise<HeartbeatNode> => {
    const interfaces = [{ device: 'eth0', network: lan, addresses: [`10.0.0.${number}/24`] }];
    return installHeartbeat(await lab.host(`lb${number}`, { interfaces }), 'ours', { ...QUICK_FILES, ...some });
  };
  return [await node(1), await node(2)];
};
