/** The name ldirectord gives a virtual service in messages: `tcp:10.0.0.3:80`, `fwm:1`, `fwm6:1`. */
import type { ServiceKey } from '../../ipvs/model.js';
import { hostAndPort } from './addresses.js';

export const serviceId = (key: ServiceKey): string =>
  key.protocol === 'fwm'
    ? `${key.family === 'ipv6' ? 'fwm6' : 'fwm'}:${key.mark}`
    : `${key.protocol}:${hostAndPort(key.address, key.port)}`;
