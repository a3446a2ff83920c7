/** The `ucast` and `ucast6` media: UDP to one peer through one interface. */
import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import { errorText } from '../../platform/error-text.js';
import { interfaceAddresses, interfaceAddresses6, interfaceIndex } from '../../platform/interfaces.js';
import type { Medium } from '../config/model.js';
import { sendDatagram } from './datagram.js';
import { type MediumContext, MediumError, type OpenMedium, realDevice } from './medium.js';
import { openPair } from './socket-pair.js';

type Ucast = Extract<Medium, { kind: 'ucast' | 'ucast6' }>;

/** IPTOS_LOWDELAY, which genuine sets on what it sends (heartbeat reference 3.9). */
const LOW_DELAY = 0x10;

/** What differs between the two families. */
interface Family {
  readonly family: 'ipv4' | 'ipv6';
  readonly target: string;
  /** An address of the device, bound when the socket cannot be tied to the device. */
  readonly own: string;
  readonly started: readonly string[];
}

const resolve4 = async (peer: string): Promise<string> => {
  if (isIPv4(peer)) return peer;
  try {
    return (await lookup(peer, { family: 4 })).address;
  } catch {
    throw new MediumError(['glib: ucast: cannot resolve hostname']);
  }
};

const familyOf = async ({ kind, device, peer, port }: Ucast): Promise<Family> => {
  if (kind === 'ucast') {
    const target = await resolve4(peer);
    const [own] = await interfaceAddresses(device);
    return {
      family: 'ipv4',
      target,
      own: own?.address ?? '0.0.0.0',
      started: [
        `glib: ucast: write socket priority set to IPTOS_LOWDELAY on ${device}`,
        `glib: ucast: bound send socket to device: ${device}`,
        `glib: ucast: bound receive socket to device: ${device}`,
        `glib: ucast: started on port ${port} interface ${device} to ${target}`,
      ],
    };
  }
  const [own] = await interfaceAddresses6(realDevice(device));
  // An address of the link alone says nothing without the link.
  const target = /^fe[89ab]/i.test(peer) && !peer.includes('%') ? `${peer}%${realDevice(device)}` : peer;
  return {
    family: 'ipv6',
    target,
    own: own ?? '::',
    started: [
      `glib: ucast6: bound send socket to device: ${device}`,
      `glib: ucast6: bound receive socket to device: ${device}`,
      `glib: ucast6: heartbeat started for [${target}]:${port} on interface ${device}`,
    ],
  };
};

/** Opens the medium; a name is looked up once. Rejects with a MediumError in genuine words. */
export const openUcast = async (medium: Ucast, context: MediumContext): Promise<OpenMedium> => {
  const { kind, device, port } = medium;
  const index = interfaceIndex(device);
  if (index === undefined)
    throw new MediumError([
      kind === 'ucast'
        ? `glib: ucast: error binding to device ${device}: No such device`
        : `glib: ucast6 device [${device}] is invalid or not set up properly`,
    ]);
  const { family, target, own, started } = await familyOf(medium);
  const title = `${kind} ${device}`;
  try {
    const pair = await openPair(
      {
        title,
        device,
        send: family === 'ipv4' ? { family, typeOfService: LOW_DELAY } : { family },
        receive: { family, port },
        fallbackAddress: own,
      },
      context,
    );
    return {
      title,
      started: pair.tied ? started : started.slice(-1),
      send: sendDatagram(pair, port, target),
      isIntact: () => interfaceIndex(device) === index,
      close: pair.close,
    };
  } catch (error) {
    throw new MediumError([`glib: ${kind}: error binding socket [${device}]: ${errorText(error)}`]);
  }
};
