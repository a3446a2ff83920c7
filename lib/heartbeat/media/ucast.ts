/** The `ucast` medium: UDP to one peer through one interface. */
import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import { errorText } from '../../platform/error-text.js';
import { interfaceAddresses, interfaceIndex } from '../../platform/interfaces.js';
import type { Medium } from '../config/model.js';
import { type MediumContext, MediumError, type OpenMedium } from './medium.js';
import { openPair } from './socket-pair.js';

type Ucast = Extract<Medium, { kind: 'ucast' | 'ucast6' }>;

/** Opens the medium (IPv4 peers); a name is looked up once. Rejects with a MediumError in genuine words. */
export const openUcast = async (medium: Ucast, context: MediumContext): Promise<OpenMedium> => {
  const { device, peer, port } = medium;
  const index = interfaceIndex(device);
  if (index === undefined) throw new MediumError([`glib: ucast: error binding to device ${device}: No such device`]);
  const target = isIPv4(peer)
    ? peer
    : await lookup(peer, { family: 4 }).then(
        ({ address }) => address,
        () => {
          throw new MediumError(['glib: ucast: cannot resolve hostname']);
        },
      );
  const [own] = await interfaceAddresses(device);
  const title = `ucast ${device}`;
  try {
    const pair = await openPair(
      { title, device, send: {}, receive: { port }, fallbackAddress: own?.address ?? '0.0.0.0' },
      context,
    );
    return {
      title,
      started: `glib: ucast: started on port ${port} interface ${device} to ${target}`,
      send: (packet) => pair.send(packet, port, target),
      isIntact: () => interfaceIndex(device) === index,
      close: pair.close,
    };
  } catch (error) {
    throw new MediumError([`glib: ucast: error binding socket [${device}]: ${errorText(error)}`]);
  }
};
