/** The `mcast` and `mcast6` media: UDP to a multicast group through one interface. */
import { errorText } from '../../platform/error-text.js';
import { isMember, isMember6 } from '../../platform/igmp.js';
import { interfaceAddresses, interfaceIndex } from '../../platform/interfaces.js';
import type { Medium } from '../config/model.js';
import { sendDatagram } from './datagram.js';
import { type MediumContext, MediumError, type OpenMedium, realDevice } from './medium.js';
import { openPair } from './socket-pair.js';

type Mcast = Extract<Medium, { kind: 'mcast' | 'mcast6' }>;

/** What differs between the two families. */
interface Family {
  readonly family: 'ipv4' | 'ipv6';
  /** Names the interface to the kernel: by an address of it, or by a zone. */
  readonly interfaceAddress: string;
  /** The group as sockets want it: IPv6 groups of one link only make sense with their zone. */
  readonly target: string;
  readonly isMember: () => boolean;
  readonly started: string;
}

const familyOf = async ({ kind, device, group, port, ttl, loop }: Mcast): Promise<Family | undefined> => {
  const real = realDevice(device);
  const flag = loop ? 1 : 0;
  if (kind === 'mcast6')
    return {
      family: 'ipv6',
      interfaceAddress: `::%${real}`,
      target: `${group}%${real}`,
      isMember: () => isMember6(real, group),
      started: `glib: UDP multicast heartbeat started for [${group}]:${port} on interface ${device} (hops=${ttl} loop=${flag})`,
    };
  const [address] = await interfaceAddresses(device);
  if (address === undefined) return undefined;
  return {
    family: 'ipv4',
    interfaceAddress: address.address,
    target: group,
    // The membership is gone when the last address of the device was taken away, even after it is back.
    isMember: () => isMember(real, group),
    started: `glib: UDP multicast heartbeat started for group ${group} port ${port} interface ${device} (ttl=${ttl} loop=${flag})`,
  };
};

/** Opens the medium; rejects with a MediumError in genuine words. */
export const openMcast = async (medium: Mcast, context: MediumContext): Promise<OpenMedium> => {
  const { kind, device, group, port, ttl, loop } = medium;
  const index = interfaceIndex(device);
  const family = index === undefined ? undefined : await familyOf(medium);
  if (family === undefined) {
    throw new MediumError([`glib: ${kind} device [${device}] is invalid or not set up properly`]);
  }
  const { interfaceAddress, target } = family;
  const title = `${kind} ${device}`;
  try {
    const pair = await openPair(
      {
        title,
        device,
        send: { family: family.family, multicast: { interfaceAddress, ttl, loop } },
        // heartbeat reference 3.9: bound to group and port, so that nothing else sent to the port is read.
        receive: { family: family.family, address: target, port, membership: { group, interfaceAddress } },
        fallbackAddress: target,
      },
      context,
    );
    return {
      title,
      started: [family.started],
      send: sendDatagram(pair, port, target),
      isIntact: () => interfaceIndex(device) === index && family.isMember(),
      close: pair.close,
    };
  } catch (error) {
    throw new MediumError([`glib: ${kind} [${device}] ${group}:${port}: ${errorText(error)}`]);
  }
};
