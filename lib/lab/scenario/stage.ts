/** The hosts, networks, clients and watchers that a scenario plays on. */
import { type AddressWatch, watchAddresses } from '../address-watch.js';
import { type AnswerWatch, hardwareAddress, watchAnswers } from '../answer-watch.js';
import { STEPPABLE_CLOCK, stepClock } from '../clock-step.js';
import { type HeardWatch, watchHeard } from '../heard-watch.js';
import { type HeartbeatNode, heartbeatPrograms, installHeartbeat } from '../heartbeat-node.js';
import type { Host, Interface } from '../host.js';
import { createLab, type Lab } from '../lab.js';
import { type Relay, startRelay } from '../relay.js';
import { installCounter } from './count.js';
import {
  ADDRESSES,
  authkeysOf,
  CLIENT,
  CONTROL,
  haCfOf,
  haresourcesOf,
  KEY,
  nodeAddress,
  nodesOf,
  RELAY,
} from './defaults.js';
import { type Device, implementationOf, type NodeId, type Pairing, type Scenario } from './model.js';

export interface StageNode extends HeartbeatNode {
  readonly id: NodeId;
  readonly devices: readonly Device[];
  /** Hardware addresses of all its interfaces. */
  readonly hardware: readonly string[];
  /** Its own addresses, which a power failure takes from the interfaces. */
  readonly addresses: readonly { readonly device: Device; readonly address: string }[];
}

export interface Stage {
  readonly lab: Lab;
  readonly nodes: readonly StageNode[];
  readonly relay: Relay | undefined;
  readonly watch: AddressWatch;
  readonly answers: AnswerWatch;
  readonly heard: HeardWatch;
  /** The node an address belongs to, for packets. */
  readonly nodeAt: (address: string) => NodeId | undefined;
  readonly close: () => Promise<void>;
}

/** A script of the administrator's own that hangs or fails when told so by a file (see the fault `service`). */
const SERVICE = `#!/bin/sh
case $1 in
start|stop)
  while [ -e /run/service-hangs ]; do sleep 0.2; done
  if [ "$1" = start ] && [ -e /run/service-fails ]; then echo "service: broken" >&2; exit 1; fi ;;
esac
case $1 in
start) touch /run/service ;;
stop) rm -f /run/service ;;
status) if [ -e /run/service ]; then echo running; else echo stopped; fi ;;
esac
`;

/** Sizes that a log and a state fit in, but not much more. */
const SMALL_DISK = `
set -e
mkdir -p /var/lib/heartbeat
for folder in /var/log /var/lib/heartbeat; do mount -t tmpfs -o size=512k,mode=755 tmpfs $folder; done
`;

const installNode = async (
  scenario: Scenario,
  pairing: Pairing,
  id: NodeId,
  host: Host,
  interfaces: readonly Interface[],
): Promise<StageNode> => {
  await host.get(['sh', '-c', 'mkdir -p /run/lab/genuine && cp /etc/ha.d/harc /etc/ha.d/shellfuncs /run/lab/genuine']);
  if (scenario.smallDisk === true) await host.get(['sh', '-c', SMALL_DISK]);
  const node = await installHeartbeat(host, implementationOf(pairing, id), {
    haCf: haCfOf(scenario),
    authkeys: authkeysOf(KEY),
    haresources: haresourcesOf(scenario),
  });
  if (scenario.suiteIni !== undefined) await host.write('/etc/ha.d/ha-suite.ini', scenario.suiteIni);
  if (scenario.ownClock === true) await stepClock(host, 0);
  // What the genuine package leaves on a node that was replaced, and its tools need.
  await host.get(['sh', '-c', 'cp /run/lab/genuine/* /etc/ha.d']);
  await host.write('/etc/ha.d/resource.d/service', SERVICE, '755');
  await installCounter(host);
  const devices = interfaces.map(({ device }) => device as Device);
  return {
    ...node,
    ...(scenario.ownClock === true
      ? { start: () => host.run([heartbeatPrograms(node.implementation).daemon], { env: STEPPABLE_CLOCK }) }
      : {}),
    id,
    devices,
    hardware: await Promise.all(devices.map((device) => hardwareAddress(host, device))),
    addresses: interfaces.flatMap(({ device, addresses }) =>
      addresses.map((address) => ({ device: device as Device, address })),
    ),
  };
};

/** Builds everything; no daemon is started yet. Close it in a `finally`. */
export const buildStage = async (scenario: Scenario, pairing: Pairing): Promise<Stage> => {
  const lab = await createLab('scenario');
  try {
    const lan = await lab.network('lan');
    const wire = scenario.links === undefined || scenario.links === 'one' ? undefined : await lab.network('wire');
    const nodes: StageNode[] = [];
    for (const [index, id] of nodesOf(scenario).entries()) {
      const interfaces: readonly Interface[] = [
        { device: 'eth0', network: lan, addresses: [`${nodeAddress('eth0', index + 1)}/24`] },
        ...(wire === undefined
          ? []
          : [{ device: 'eth1', network: wire, addresses: [`${nodeAddress('eth1', index + 1)}/24`] }]),
      ];
      nodes.push(await installNode(scenario, pairing, id, await lab.host(id, { interfaces }), interfaces));
    }
    const client = await lab.host('client', {
      interfaces: [{ device: 'eth0', network: lan, addresses: [`${CLIENT}/24`] }],
    });
    await lab.host('control', {
      interfaces: [{ device: 'eth0', network: lan, addresses: [`${CONTROL}/24`] }],
      separation: 'network',
    });
    const relay =
      scenario.links === 'relay' && wire !== undefined
        ? await startRelay(
            await lab.host('relay', {
              interfaces: [{ device: 'eth0', network: wire, addresses: [`${RELAY}/24`] }],
            }),
            [nodeAddress('eth1', 1), nodeAddress('eth1', 2)],
          )
        : undefined;
    const hosts = nodes.map(({ host }) => host);
    const byAddress = new Map(
      nodes.flatMap(({ id, addresses }) => addresses.map(({ address }) => [address.split('/')[0], id] as const)),
    );
    return {
      lab,
      nodes,
      relay,
      watch: await watchAddresses(hosts),
      answers: await watchAnswers(client, hosts, [...ADDRESSES, CONTROL]),
      heard: await watchHeard(hosts),
      nodeAt: (address) => byAddress.get(address),
      close: () => lab.close(),
    };
  } catch (error) {
    await lab.close();
    throw error;
  }
};
