/** The attacker of the flood bench: `node flood-sender.js small|mixed PACKETS-PER-SECOND`, forged packets to 10.0.0.255:694. */
import { createSocket } from 'node:dgram';
import { message } from '../../lib/heartbeat/wire/message.js';
import { encodePacket } from '../../lib/heartbeat/wire/packet.js';
import { atRate } from './at-rate.js';

const [size, rate] = process.argv.slice(2);
const LARGE = 60_000;

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A status of lb2 as an attacker who has seen one would write it. */
const status = message({
  ...{ t: 'status', st: 'active', dt: '3e8', protocol: '1', src: 'lb2', seq: '7fffffff', hg: '7fffffff' },
  ...{ ts: '6b0128c8', ld: '0.00 0.00 0.00 1/100 1000', ttl: '3' },
});
const signed = (index: number): Buffer =>
  Buffer.from(encodePacket(status, { index, method: 'sha1', key: 'guess' }, 'netstring'));
const unsigned = signed(1).subarray(0, signed(1).indexOf('%%%\n') + 4);
const trailer = `42:1 ${'0'.repeat(40)},`;
const field = `${LARGE - 100}:(0)x=${'x'.repeat(LARGE - 105)},`;

/** One of each sort, in turn. */
const SMALL: readonly Buffer[] = [
  unsigned,
  signed(1), // the wrong key
  signed(7), // a key that nobody has
  Buffer.from(Array.from({ length: 400 }, (_, index) => (index * 7919) & 0xff)), // garbage
];
const MIXED: readonly Buffer[] = [
  ...SMALL,
  Buffer.alloc(LARGE, 0x23), // only #
  latin1(`###\n${field}%%%\n${trailer}`), // one large field: the whole of it is hashed
  latin1(`###\n${'6:(0)a=b,'.repeat(6500)}%%%\n${trailer}`), // as many fields as there can be
  latin1(`>>>\n${'\0'.repeat(LARGE)}x`), // NULs that end nothing
  latin1(`>>>\n${'a=b\n'.repeat(14_000)}auth=1 ${'0'.repeat(40)}\n<<<\n`), // the text form
];

const packets = size === 'small' ? SMALL : MIXED;
const socket = createSocket('udp4');
socket.on('error', () => {});
socket.bind(0, () => {
  socket.setBroadcast(true);
  atRate(Number(rate), (count) =>
    socket.send(packets[count % packets.length] ?? unsigned, 694, '10.0.0.255', () => {}),
  );
});
