/** Whether the nodes hear each other, from the faults that have been inflicted. Pure. */
import type { Device, Fault, NodeId } from './model.js';

/** What stands between the nodes. */
export interface Connectivity {
  readonly nodes: readonly NodeId[];
  /** The interfaces that carry heartbeats. */
  readonly devices: readonly Device[];
  /** Daemons that were killed and not started again; one that stopped gracefully is not missed by anybody. */
  readonly silent: readonly NodeId[];
  /** Cables through which at least one direction does not get, e.g. `lb1 eth0`. */
  readonly broken: readonly string[];
  readonly partitioned: boolean;
  readonly keys: Readonly<Partial<Record<NodeId, string>>>;
}

export const connected = (nodes: readonly NodeId[], devices: readonly Device[]): Connectivity => ({
  nodes,
  devices,
  silent: [],
  broken: [],
  partitioned: false,
  keys: {},
});

const without = <T>(list: readonly T[], gone: readonly T[]): readonly T[] =>
  list.filter((item) => !gone.includes(item));

const cables = (node: NodeId, devices: readonly Device[]): readonly string[] =>
  devices.map((device) => `${node} ${device}`);

/** What a fault changes. */
export const afterFault = (before: Connectivity, fault: Fault): Connectivity => {
  switch (fault.type) {
    case 'kill':
      return { ...before, silent: [...before.silent, fault.node] };
    case 'powerOff':
      return { ...before, silent: [...before.silent, fault.node] };
    case 'powerOn':
      return { ...before, silent: without(before.silent, [fault.node]) };
    case 'start':
    case 'stop':
      return { ...before, silent: without(before.silent, fault.nodes) };
    case 'unplug':
      return { ...before, broken: [...before.broken, ...cables(fault.node, fault.devices)] };
    case 'lose':
      // A share below one delays what is said, but the nodes hear each other.
      return fault.share < 1 ? before : { ...before, broken: [...before.broken, ...cables(fault.node, fault.devices)] };
    case 'partition':
      return { ...before, partitioned: true };
    case 'heal':
      return { ...before, broken: [], partitioned: false };
    case 'key':
      return { ...before, keys: { ...before.keys, [fault.node]: fault.key } };
    default:
      return before;
  }
};

/** Whether every node hears every other: all run, agree on the key, and one network is whole. */
export const together = ({ nodes, devices, silent, broken, partitioned, keys }: Connectivity): boolean =>
  silent.length === 0 &&
  !partitioned &&
  new Set(nodes.map((node) => keys[node])).size === 1 &&
  devices.some((device) => nodes.every((node) => !broken.includes(`${node} ${device}`)));
