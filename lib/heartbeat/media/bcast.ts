/** The `bcast` medium: UDP to the broadcast address of one interface. */
import { errorText } from '../../platform/error-text.js';
import { interfaceAddresses, interfaceIndex } from '../../platform/interfaces.js';
import type { Medium } from '../config/model.js';
import { sendDatagram } from './datagram.js';
import { type MediumContext, MediumError, type OpenMedium } from './medium.js';
import { openPair } from './socket-pair.js';

type Bcast = Extract<Medium, { kind: 'bcast' }>;

/** Opens the medium; rejects with a MediumError in genuine words. */
export const openBcast = async (medium: Bcast, context: MediumContext): Promise<OpenMedium> => {
  const { device, port } = medium;
  const index = interfaceIndex(device);
  const [address] = await interfaceAddresses(device);
  if (index === undefined || address === undefined) {
    const reason = index === undefined ? 'No such device' : 'Cannot assign requested address';
    throw new MediumError([
      `glib: Get broadcast for interface ${device} failed: ${reason}`,
      `glib: IP interface [${device}] does not exist`,
    ]);
  }
  const title = `bcast ${device}`;
  try {
    const pair = await openPair(
      {
        title,
        device,
        send: { broadcast: true },
        receive: { port, broadcast: true },
        fallbackAddress: address.broadcast,
      },
      context,
    );
    return {
      title,
      started: [`glib: UDP Broadcast heartbeat started on port ${port} (${port}) interface ${device}`],
      send: sendDatagram(pair, port, address.broadcast),
      isIntact: () => interfaceIndex(device) === index,
      close: pair.close,
    };
  } catch (error) {
    throw new MediumError([`glib: Error binding socket [${device}]: ${errorText(error)}`]);
  }
};
