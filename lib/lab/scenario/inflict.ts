/** Inflicts a fault on the nodes of a stage; resolves when it is there. */
import { stepClock } from '../clock-step.js';
import { heartbeatPrograms, type Implementation } from '../heartbeat-node.js';
import { powerOff } from '../power.js';
import { suiteRoot } from '../suite-files.js';
import { until } from '../until.js';
import { arrivedNumbers, countingErrors, sendNumbers } from './count.js';
import { authkeysOf } from './defaults.js';
import type { Fault, NodeId, Tool } from './model.js';
import type { Stage, StageNode } from './stage.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const nodeOf = ({ nodes }: Stage, id: NodeId): StageNode => {
  const node = nodes.find((each) => each.id === id);
  if (node === undefined) throw new Error(`this scenario has no node ${id}`);
  return node;
};

/** A command of the stage must succeed, or the scenario would go on with another story. */
const must = (what: string, { code, stderr }: { readonly code: number | undefined; readonly stderr: string }): void => {
  if (code !== 0) throw new Error(`${what}: exit ${code}: ${stderr.trim()}`);
};

const signal = async ({ host }: StageNode, name: string): Promise<void> => {
  const pid = (await host.read('/run/heartbeat.pid')).trim();
  await host.get(['kill', `-${name}`, pid]);
};

const powerOn = async (node: StageNode): Promise<void> => {
  const { host, devices, addresses } = node;
  for (const { device, address } of addresses) {
    await host.get(['ip', 'address', 'add', address, 'dev', device, 'broadcast', '+']);
  }
  for (const device of devices) await host.link(device).restore();
  // What a boot does: /run is empty, then the init script makes its folders.
  await host.get([
    'sh',
    '-c',
    'rm -rf /run/heartbeat.pid /run/heartbeat/* /run/ha-suite /run/service /run/resource-agents/*',
  ]);
  must(`start of ${node.id}`, await node.start());
};

/** The command of either implementation on any host. */
const toolCommand = ({ implementation }: StageNode, tool: Tool, name: 'standby' | 'takeover'): readonly string[] => {
  const whose: Implementation = (tool === 'own') === (implementation === 'ours') ? 'ours' : 'genuine';
  return whose === 'ours'
    ? [process.execPath, `${suiteRoot}/dist/bin/hb_${name}.js`]
    : [heartbeatPrograms('genuine')[name]];
};

const FILL = 'for folder in /var/log /var/lib/heartbeat; do cat /dev/zero >$folder/filler 2>/dev/null; done; true';
const FREE = 'rm -f /var/log/filler /var/lib/heartbeat/filler';

const service = async ({ host }: StageNode, behaves: 'well' | 'hangs' | 'fails'): Promise<void> => {
  await host.get(['rm', '-f', '/run/service-hangs', '/run/service-fails']);
  if (behaves !== 'well') await host.get(['touch', `/run/service-${behaves}`]);
};

/** Scripts run one after the other for each message: on a busy machine they lag behind what has arrived. */
const COUNT_PATIENCE = 60_000;

/** Sends numbered messages from both nodes and reports what did not arrive exactly once at the other. */
const count = async ({ nodes }: Stage, duration: number, interval: number): Promise<readonly string[]> => {
  const [one, two] = nodes;
  if (one === undefined || two === undefined) throw new Error('counting needs two nodes');
  const total = Math.floor(duration / interval);
  await Promise.all([one, two].map(({ host }) => sendNumbers(host, total, interval)));
  const ways = [
    { from: one, to: two },
    { from: two, to: one },
  ];
  const errors = async (): Promise<readonly string[]> => {
    const each = await Promise.all(
      ways.map(async ({ from, to }) => {
        const arrived = (await arrivedNumbers(to.host)).get(from.id) ?? [];
        return countingErrors(arrived, total).map((text) => `messages from ${from.id} to ${to.id}: ${text}`);
      }),
    );
    return each.flat();
  };
  await until('all arrived', async () => (await errors()).length === 0, COUNT_PATIENCE, 500).catch(() => 0);
  return errors();
};

/** Does what the fault says; the result are complaints, if it finds any by itself. */
export const inflict = async (stage: Stage, fault: Fault): Promise<readonly string[]> => {
  const linksOf = (id: NodeId) => {
    const { host } = nodeOf(stage, id);
    return (device: string) => host.link(device);
  };
  switch (fault.type) {
    case 'start':
    case 'stop': {
      const each = fault.nodes.map((id) => nodeOf(stage, id));
      const results = await Promise.all(each.map((node) => (fault.type === 'start' ? node.start() : node.stop())));
      for (const result of results) must(fault.type, result);
      return [];
    }
    case 'kill':
      await signal(nodeOf(stage, fault.node), 'KILL');
      return [];
    case 'pause':
      await signal(nodeOf(stage, fault.node), 'STOP');
      await pause(fault.duration);
      await signal(nodeOf(stage, fault.node), 'CONT');
      return [];
    case 'powerOff':
      await powerOff(nodeOf(stage, fault.node).host, nodeOf(stage, fault.node).devices);
      return [];
    case 'powerOn':
      await powerOn(nodeOf(stage, fault.node));
      return [];
    case 'unplug':
      for (const device of fault.devices) await linksOf(fault.node)(device).cut();
      return [];
    case 'lose':
      for (const device of fault.devices) await linksOf(fault.node)(device).lose(fault.share, fault.direction);
      return [];
    case 'partition':
      for (const node of stage.nodes) {
        const others = stage.nodes.filter(({ id }) => id !== node.id).flatMap(({ hardware }) => hardware);
        for (const device of node.devices) await node.host.link(device).refuse(others);
      }
      return [];
    case 'heal':
      await Promise.all(
        stage.nodes.flatMap(({ host, devices }) => devices.map((device) => host.link(device).restore())),
      );
      return [];
    case 'relay':
      if (stage.relay === undefined) throw new Error('this scenario has no relay');
      await stage.relay.set(fault.weather);
      return [];
    case 'standby':
    case 'takeover': {
      const node = nodeOf(stage, fault.node);
      must(fault.type, await node.host.run([...toolCommand(node, fault.tool, fault.type), fault.scope]));
      return [];
    }
    case 'clock':
      await stepClock(nodeOf(stage, fault.node).host, fault.seconds);
      return [];
    case 'disk':
      await nodeOf(stage, fault.node).host.get(['sh', '-c', fault.state === 'full' ? FILL : FREE]);
      return [];
    case 'service':
      await service(nodeOf(stage, fault.node), fault.behaves);
      return [];
    case 'key': {
      const node = nodeOf(stage, fault.node);
      await node.host.write('/etc/ha.d/authkeys', authkeysOf(fault.key), '600');
      await signal(node, 'HUP');
      return [];
    }
    case 'count':
      return count(stage, fault.duration, fault.interval);
    case 'tamper': {
      const { host } = nodeOf(stage, fault.node);
      const change = (verb: 'add' | 'del'): Promise<string> =>
        host.get(['ip', 'address', verb, `${fault.address}/24`, 'dev', 'eth0']);
      await change(fault.action === 'give' ? 'add' : 'del');
      await pause(fault.duration);
      await change(fault.action === 'give' ? 'del' : 'add');
      return [];
    }
    case 'wait':
      await pause(fault.duration);
      return [];
  }
};
