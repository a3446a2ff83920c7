/** The order in which `ipvsadm -L` and `-S` print services and destinations. */
import { compareAddresses } from '../address.js';
import type { Destination, Service, ServiceKey } from '../model.js';

const PROTOCOL_NUMBER = { tcp: 6, udp: 17, sctp: 132, fwm: 0 } as const;

/** Marks are compared as signed numbers: those from 2^31 come before everything else (observed). */
const markOf = (key: ServiceKey): number => (key.protocol === 'fwm' ? key.mark | 0 : 0);

const familyNumber = (key: ServiceKey): number => (key.family === 'ipv4' ? 4 : 6);

const compareKeys = (left: ServiceKey, right: ServiceKey): number => {
  const coarse =
    markOf(left) - markOf(right) ||
    familyNumber(left) - familyNumber(right) ||
    PROTOCOL_NUMBER[left.protocol] - PROTOCOL_NUMBER[right.protocol];
  if (coarse !== 0 || left.protocol === 'fwm' || right.protocol === 'fwm') return coarse;
  return compareAddresses(left.address, right.address) || left.port - right.port;
};

export const sortServices = (services: readonly Service[]): readonly Service[] =>
  [...services].sort((left, right) => compareKeys(left.key, right.key));

export const sortDestinations = (destinations: readonly Destination[]): readonly Destination[] =>
  [...destinations].sort((left, right) => compareAddresses(left.address, right.address) || left.port - right.port);
