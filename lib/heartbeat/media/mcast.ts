/** The `mcast` medium: UDP to a multicast group through one interface. */
import { errorText } from '../../platform/error-text.js';
import { isMember } from '../../platform/igmp.js';
import { interfaceAddresses, interfaceIndex } from '../../platform/interfaces.js';
import type { Medium } from '../config/model.js';
import { type MediumContext, MediumError, type OpenMedium, realDevice } from './medium.js';
import { openPair } from './socket-pair.js';

type Mcast = Extract<Medium, { kind: 'mcast' | 'mcast6' }>;

/** Opens the medium (IPv4 groups); rejects with a MediumError in genuine words. */
export const openMcast = async (medium: Mcast, context: MediumContext): Promise<OpenMedium> => {
  const { device, group, port, ttl, loop } = medium;
  const index = interfaceIndex(device);
  const [address] = await interfaceAddresses(device);
  if (index === undefined || address === undefined) {
    throw new MediumError([`glib: mcast device [${device}] is invalid or not set up properly`]);
  }
  const title = `mcast ${device}`;
  try {
    const pair = await openPair(
      {
        title,
        device,
        send: { multicast: { interfaceAddress: address.address, ttl, loop } },
        // heartbeat reference 3.9: bound to group and port, so that nothing else sent to the port is read.
        receive: { address: group, port, membership: { group, interfaceAddress: address.address } },
        fallbackAddress: group,
      },
      context,
    );
    const flag = loop ? 1 : 0;
    return {
      title,
      started: `glib: UDP multicast heartbeat started for group ${group} port ${port} interface ${device} (ttl=${ttl} loop=${flag})`,
      send: (packet) => pair.send(packet, port, group),
      // The membership is gone when the last address of the device was taken away, even after it is back.
      isIntact: () => interfaceIndex(device) === index && isMember(realDevice(device), group),
      close: pair.close,
    };
  } catch (error) {
    throw new MediumError([`glib: mcast [${device}] ${group}:${port}: ${errorText(error)}`]);
  }
};
