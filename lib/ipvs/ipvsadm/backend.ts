/** What the ipvsadm command line needs from whatever holds the table. */
import type { DaemonOptions, SyncState } from '../grammar/command.js';
import type { ConnectionLine, CountersOf, RunningDaemon } from '../grammar/listing.js';
import type { Change, FailedChange, ServiceKey, Table } from '../model.js';

/** undefined: done. Otherwise the reason, as it is printed. */
export type Outcome = string | undefined;

/** Methods reject only when the backend itself cannot be reached. */
export interface Backend {
  readonly read: () => Promise<Table>;
  readonly apply: (changes: readonly Change[]) => Promise<readonly FailedChange[]>;
  /** Sets counters to 0, of one service or of all. */
  readonly zero: (key: ServiceKey | undefined) => Promise<void>;
  readonly counters: (table: Table) => Promise<CountersOf>;
  readonly connections: (table: Table) => Promise<readonly ConnectionLine[]>;
  /** Seconds for tcp, tcp after FIN, udp. */
  readonly timeouts: () => Promise<readonly [number, number, number]>;
  readonly setTimeouts: (tcp: number, tcpFin: number, udp: number) => Promise<Outcome>;
  readonly daemons: () => Promise<readonly RunningDaemon[]>;
  readonly startDaemon: (options: DaemonOptions) => Promise<Outcome>;
  readonly stopDaemon: (state: SyncState) => Promise<Outcome>;
}
