/**
 * The process behind a relay: hands datagrams on between two addresses, late, out of order, twice or not at all.
 *
 * Arguments: UDP port, port for orders on the loopback, the two addresses. An order is one datagram of JSON (`Weather`).
 */
import { createSocket } from 'node:dgram';
import type { Weather } from './relay.js';

const [port = '694', orders = '6940', one = '', other = ''] = process.argv.slice(2);
let weather: Weather = { delay: 0, jitter: 0, loss: 0, duplicate: 0 };

const relay = createSocket('udp4');
const sendLater = (packet: Buffer, to: string): void => {
  const late = weather.delay + Math.random() * weather.jitter;
  // A network that is gone for a moment refuses what is sent: the packet is lost, as on any other.
  setTimeout(() => relay.send(packet, Number(port), to, () => undefined), late);
};
relay.on('message', (packet, { address }) => {
  const to = address === one ? other : address === other ? one : undefined;
  if (to === undefined || Math.random() < weather.loss) return;
  sendLater(packet, to);
  if (Math.random() < weather.duplicate) sendLater(packet, to);
});
relay.on('error', () => undefined);
relay.bind(Number(port));

const control = createSocket('udp4');
control.on('message', (text) => {
  weather = { ...weather, ...(JSON.parse(text.toString()) as Partial<Weather>) };
  process.stdout.write(`${JSON.stringify(weather)}\n`);
});
control.bind(Number(orders), '127.0.0.1', () => process.stdout.write('ready\n'));
