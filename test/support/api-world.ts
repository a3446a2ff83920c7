/** A two-node cluster as clients of the API see it, like that of the recording client-api. */
import { type ApiFacts, type ApiState, type ApiView, initialApiState } from '../../lib/heartbeat/api/session.js';
import { DEFAULT_PARAMETERS } from '../../lib/heartbeat/config/defaults.js';
import { seconds } from '../../lib/time.js';

export const FACTS: ApiFacts = {
  self: 'lb1',
  keepalive: seconds(1),
  deadtime: seconds(5),
  parameters: { ...DEFAULT_PARAMETERS, keepalive: '1', deadtime: '5', auto_failback: 'on' },
  apiAuth: [{ client: 'okapp', uids: ['root'], gids: [] }],
  userIds: new Map([
    ['root', 0],
    ['hacluster', 104],
  ]),
  groupIds: new Map([
    ['root', 0],
    ['haclient', 107],
  ]),
  daemonUid: 0,
  facility: -1,
  managesResources: true,
  legacy: false,
  // The largest number that a kernel gives to a process is 2^22.
  processExists: (pid) => pid <= 1 << 22,
};

export const VIEW: ApiView = {
  nodes: [
    { name: 'lb1', type: 'normal', status: 'active', links: [{ name: 'eth0', status: 'up' }] },
    { name: 'lb2', type: 'normal', status: 'active', links: [{ name: 'eth0', status: 'up' }] },
  ],
  resources: 'local',
  communicationUp: true,
  uuids: new Map([
    ['lb1', Buffer.from('WjGac/HCRdecMGJlfpOqHA==', 'base64')],
    ['lb2', Buffer.from('Fqc21JEnSdWhXjfDx2nF4Q==', 'base64')],
  ]),
};

/** ipfail has signed on first, over connection 0. */
export const WITH_IPFAIL: ApiState = {
  ...initialApiState,
  connections: new Map([[0, { who: { pid: 300, uid: 104, gid: 107 }, complaints: 0, unreadable: 0 }]]),
  clients: new Map([
    [0, { name: 'ipfail', casual: false, pid: 300, pidKnown: true, uid: 104, filter: 1, signal: 0, generation: 0 }],
  ]),
  signOns: 1,
};
