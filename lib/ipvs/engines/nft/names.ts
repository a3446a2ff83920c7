/** Names of the chains, sets and counters of each service and destination in the nftables table of the suite. */
import type { Destination, ServiceKey } from '../../model.js';

/** The one table that belongs to us; nothing outside of it is ever touched. */
export const TABLE = 'inet ha_suite';

/** Chains that are not those of a service. */
export const BASE_CHAINS = ['prerouting', 'output', 'services'] as const;

const REVISION = 'revision/';

/**
 * The empty chain that tells one state of the table from another. Each transaction deletes that of the state it was made
 * for, so one that comes too late, after somebody else's, is refused as a whole.
 */
export const revisionChain = (revision: number): string => `${REVISION}${revision}`;

export const isRevision = (chain: string): boolean => chain.startsWith(REVISION);

/** nftables names cannot hold colons. */
const word = (address: string): string => address.replaceAll(':', '_');

/** `tcp/10.0.0.1/80`, `udp/2001_db8__1/53`, `fwm/7`, `fwm6/7`: the chain and the counter of a service. */
export const serviceName = (key: ServiceKey): string =>
  key.protocol === 'fwm'
    ? `fwm${key.family === 'ipv6' ? '6' : ''}/${key.mark}`
    : `${key.protocol}/${word(key.address)}/${key.port}`;

/** The chain, counter and (if persistent) set of clients of a destination. */
export const destinationName = (key: ServiceKey, destination: Pick<Destination, 'address' | 'port'>): string =>
  `${serviceName(key)}/${word(destination.address)}/${destination.port}`;
