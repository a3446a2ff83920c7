/** The load-balancing table: virtual services and their real servers, in the terms of ipvsadm. */

/** `gate` direct routing (-g), `masq` network address translation (-m), `ipip` tunnelling (-i). */
export type ForwardMethod = 'gate' | 'masq' | 'ipip';

export type Family = 'ipv4' | 'ipv6';

/** What a virtual service listens to. Addresses are normalised text without brackets. */
export type ServiceKey =
  | {
      readonly protocol: 'tcp' | 'udp' | 'sctp';
      readonly family: Family;
      readonly address: string;
      readonly port: number;
    }
  | { readonly protocol: 'fwm'; readonly family: Family; readonly mark: number };

export interface Service {
  readonly key: ServiceKey;
  readonly scheduler: string;
  /** Words of -b, e.g. `sh-port`. */
  readonly flags: readonly string[];
  /** Persistence timeout in seconds; undefined: not persistent. */
  readonly persistent: number | undefined;
  /** Dotted quad for IPv4, prefix length for IPv6; undefined: the whole address. */
  readonly netmask: string | undefined;
  /** One-packet scheduling. */
  readonly ops: boolean;
  readonly destinations: readonly Destination[];
}

/** A real server of one service. `port` 0 means "as the service". */
export interface Destination {
  readonly address: string;
  readonly port: number;
  readonly method: ForwardMethod;
  /** 0: quiescent, no new connections. */
  readonly weight: number;
  /** Upper and lower connection thresholds, 0: none. */
  readonly upper: number;
  readonly lower: number;
}

/** Services in the order they were added. */
export interface Table {
  readonly services: readonly Service[];
}

/** One change, as one ipvsadm command line would make it. */
export type Change =
  | { readonly kind: 'add-service' | 'edit-service'; readonly service: Omit<Service, 'destinations'> }
  | { readonly kind: 'delete-service'; readonly key: ServiceKey }
  | {
      readonly kind: 'add-destination' | 'edit-destination';
      readonly key: ServiceKey;
      readonly destination: Destination;
    }
  | {
      readonly kind: 'delete-destination';
      readonly key: ServiceKey;
      readonly destination: Pick<Destination, 'address' | 'port'>;
    };

/** A change that the engine could not make, and why. */
export interface FailedChange {
  readonly change: Change;
  readonly reason: string;
}

/**
 * Something that holds a table and forwards packets by it.
 *
 * `apply` makes all changes in order in one batch, goes on after one that fails, and returns the failed ones; it
 * rejects only when the engine itself cannot be reached. `read` returns what is really there, or what was so many
 * milliseconds ago at most. `foresee` says which changes would be refused on a table, as far as that can be told without
 * trying.
 */
export interface Engine {
  readonly name: string;
  read(age?: number): Promise<Table>;
  foresee(actual: Table, changes: readonly Change[]): readonly FailedChange[];
  apply(changes: readonly Change[]): Promise<readonly FailedChange[]>;
}
