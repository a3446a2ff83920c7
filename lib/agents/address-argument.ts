/** The argument of IPaddr and IPaddr2: `addr[/mask[/iface[:label]][/broadcast]]`. */

export interface AddressArgument {
  /** As written; not checked. */
  readonly address: string;
  readonly mask?: string;
  /** Without label. */
  readonly device?: string;
  readonly label?: string;
  readonly broadcast?: string;
}

/**
 * Takes the argument apart (heartbeat reference 2.6, "OCF bridge"): parts are separated by one or more slashes, and what
 * follows the mask is the broadcast address when it begins with a digit, otherwise the interface.
 */
export const parseAddressArgument = (argument: string): AddressArgument => {
  const [address = '', ...rest] = argument.replace(/\/+$/, '').split(/\/+/);
  const [mask, third, fourth] = rest;
  const broadcastFirst = third !== undefined && /^\d/.test(third);
  const broadcast = broadcastFirst ? third : fourth;
  const [device, ...labels] = broadcastFirst || third === undefined ? [] : third.split(':');
  return {
    address,
    ...(mask === undefined ? {} : { mask }),
    ...(device === undefined || device === '' ? {} : { device }),
    ...(labels.length === 0 ? {} : { label: labels.join(':') }),
    ...(broadcast === undefined ? {} : { broadcast }),
  };
};
