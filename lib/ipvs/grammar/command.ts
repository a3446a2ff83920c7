/** What an ipvsadm command line can ask for. */
import type { Change, ServiceKey } from '../model.js';

export interface ListOptions {
  readonly numeric: boolean;
  /** Only this service; its listing has no version line. */
  readonly only: ServiceKey | undefined;
  readonly what: 'services' | 'connections' | 'timeouts' | 'daemons';
  readonly columns: 'usual' | 'stats' | 'rate' | 'thresholds' | 'persistent-conn' | 'tunnels';
  readonly exact: boolean;
  readonly sorted: boolean;
  /** `-c --persistent-conn`: two more columns. */
  readonly persistenceEngine: boolean;
}

export type SyncState = 'master' | 'backup';

export interface DaemonOptions {
  readonly state: SyncState;
  readonly interface: string | undefined;
  readonly syncId: number | undefined;
  readonly maxLength: number | undefined;
  readonly group: string | undefined;
  readonly port: number | undefined;
  readonly ttl: number | undefined;
}

export type Command =
  /** `beyond` holds options that a change cannot carry (`--pe`, `--tun-…`); an engine that sees any must not ignore them. */
  | { readonly kind: 'change'; readonly change: Change; readonly beyond: readonly string[] }
  | { readonly kind: 'clear' }
  | { readonly kind: 'restore' }
  | { readonly kind: 'save'; readonly numeric: boolean }
  | { readonly kind: 'list'; readonly list: ListOptions }
  | { readonly kind: 'zero'; readonly key: ServiceKey | undefined }
  | { readonly kind: 'set-timeouts'; readonly tcp: number; readonly tcpFin: number; readonly udp: number }
  | { readonly kind: 'start-daemon'; readonly daemon: DaemonOptions }
  | { readonly kind: 'stop-daemon'; readonly state: SyncState }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

/** A command line that cannot be understood: what to print (complete, with its newlines) and the exit status. */
export interface CommandError {
  readonly status: 2 | 255;
  readonly text: string;
}

export type Parsed = { readonly command: Command } | { readonly error: CommandError };

/** How names in a command line become numbers. Both answer undefined for a name they do not know. */
export interface Names {
  readonly host: (name: string) => string | undefined;
  readonly port: (name: string, protocol: string) => number | undefined;
}
