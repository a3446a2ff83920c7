/** A backend that holds the table in memory, with the kernel's rules: what is compared with the genuine recordings. */
import { applyChanges } from '../../lib/ipvs/apply.js';
import type { DaemonOptions } from '../../lib/ipvs/grammar/command.js';
import { NO_COUNTERS, type RunningDaemon } from '../../lib/ipvs/grammar/listing.js';
import type { Backend } from '../../lib/ipvs/ipvsadm/backend.js';
import type { Table } from '../../lib/ipvs/model.js';

const MAX_LENGTH = { master: 1472, backup: 65507 } as const;

const running = (options: DaemonOptions): RunningDaemon => ({
  state: options.state,
  interface: options.interface ?? '',
  syncId: options.syncId ?? 0,
  maxLength: options.maxLength ?? MAX_LENGTH[options.state],
  group: options.group ?? '224.0.0.81',
  port: options.port ?? 8848,
  ttl: options.ttl ?? 1,
});

export const memoryBackend = (): Backend => {
  let table: Table = { services: [] };
  let timeouts: readonly [number, number, number] = [900, 120, 300];
  let daemons: readonly RunningDaemon[] = [];
  return {
    read: async () => table,
    apply: async (changes) => {
      const result = applyChanges(table, changes);
      table = result.table;
      return result.refused;
    },
    zero: async () => undefined,
    counters: async () => () => NO_COUNTERS,
    connections: async () => [],
    timeouts: async () => timeouts,
    setTimeouts: async (...values) => {
      const [tcp, tcpFin, udp] = values.map((value, index) => (value === 0 ? (timeouts[index] ?? 0) : value));
      timeouts = [tcp ?? 0, tcpFin ?? 0, udp ?? 0];
      return undefined;
    },
    daemons: async () => [...daemons].sort((left, right) => right.state.localeCompare(left.state)),
    startDaemon: async (options) => {
      if (options.interface !== 'lo') return 'No such device';
      if (daemons.some(({ state }) => state === options.state)) return 'Daemon has already run';
      daemons = [...daemons, running(options)];
      return undefined;
    },
    stopDaemon: async (state) => {
      const before = daemons.length;
      daemons = daemons.filter((one) => one.state !== state);
      return daemons.length === before ? 'No daemon is running' : undefined;
    },
  };
};
