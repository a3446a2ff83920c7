import fc from 'fast-check';
import { decodeCaptured, udpFilter } from '../../lib/platform/udp-frame.js';

const udp = (source: number, port: number, data: Buffer): Buffer => {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(source, 0);
  header.writeUInt16BE(port, 2);
  header.writeUInt16BE(8 + data.length, 4);
  return Buffer.concat([header, data]);
};
const ipv4 = (payload: Buffer, about: { protocol?: number; fragment?: number; options?: number } = {}): Buffer => {
  const header = Buffer.alloc(20 + (about.options ?? 0));
  header.writeUInt8(0x40 | (header.length / 4), 0);
  header.writeUInt16BE(about.fragment ?? 0x4000, 6);
  header.writeUInt8(about.protocol ?? 17, 9);
  Buffer.from([10, 0, 0, 1]).copy(header, 12);
  return Buffer.concat([header, payload]);
};
const ipv6 = (payload: Buffer, next = 17): Buffer => {
  const header = Buffer.alloc(40);
  header.writeUInt8(0x60, 0);
  header.writeUInt8(next, 6);
  Buffer.from('fd000000000000000000000000000001', 'hex').copy(header, 8);
  return Buffer.concat([header, payload]);
};
/** The header of a piece in front of the datagram (RFC 8200, 4.5). */
const piece = (offset: number, payload: Buffer): Buffer => {
  const header = Buffer.alloc(8);
  header.writeUInt8(17, 0);
  header.writeUInt16BE(offset, 2);
  return ipv6(Buffer.concat([header, payload]), 44);
};

/** Runs a classic BPF program as the kernel does (linux/filter.h); answers how many bytes are passed on. */
const passes = (program: Buffer, packet: Buffer): number => {
  let [a, x] = [0, 0];
  const byte = (at: number): number | undefined => packet[at];
  const half = (at: number): number | undefined => (at + 2 <= packet.length ? packet.readUInt16BE(at) : undefined);
  for (let at = 0; at < program.length / 8; at += 1) {
    const code = program.readUInt16LE(at * 8);
    const [yes, no] = [program.readUInt8(at * 8 + 2), program.readUInt8(at * 8 + 3)];
    const value = program.readUInt32LE(at * 8 + 4);
    const loaded: Readonly<Record<number, () => number | undefined>> = {
      48: () => byte(value),
      40: () => half(value),
      72: () => half(x + value),
    };
    const load = loaded[code];
    if (load !== undefined) {
      const found = load();
      if (found === undefined) return 0;
      a = found;
    } else if (code === 0xb1) x = ((byte(value) ?? 0) & 0xf) * 4;
    else if (code === 0x74) a >>>= value;
    else if (code === 0x15) at += a === value ? yes : no;
    else if (code === 0x45) at += (a & value) !== 0 ? yes : no;
    else if (code === 0x06) return value;
    else throw new Error(`instruction ${code} is not known`);
  }
  throw new Error('the program has no end');
};

const DATA = Buffer.from('hello');

test.each([
  ['IPv4', ipv4(udp(1000, 694, DATA)), '10.0.0.1'],
  ['IPv4 with options', ipv4(udp(1000, 694, DATA), { options: 8 }), '10.0.0.1'],
  ['IPv4, padded by a short Ethernet frame', Buffer.concat([ipv4(udp(1000, 694, DATA)), Buffer.alloc(13)]), '10.0.0.1'],
  ['IPv6', ipv6(udp(1000, 694, DATA)), 'fd00::1'],
])('a datagram in %s', (_, packet, from) => {
  expect(decodeCaptured(packet)).toEqual({ kind: 'datagram', from, sourcePort: 1000, port: 694, data: DATA });
  expect(passes(udpFilter([695, 694]), packet)).toBeGreaterThan(packet.length);
  expect(passes(udpFilter([695]), packet)).toBe(0);
});

test.each([
  ['IPv4', ipv4(udp(1, 694, DATA), { fragment: 0x2000 })],
  ['IPv6', piece(1, udp(1, 694, DATA))],
])('the first piece of one in %s is passed on and called so', (_, packet) => {
  expect(decodeCaptured(packet)).toEqual({ kind: 'fragment' });
  expect(passes(udpFilter([694]), packet)).not.toBe(0);
});

test.each([
  ['a later piece, IPv4', ipv4(udp(1, 694, DATA), { fragment: 0x0005 })],
  ['a later piece, IPv6', piece(0x0010, udp(1, 694, DATA))],
  ['TCP over IPv4', ipv4(udp(1, 694, DATA), { protocol: 6 })],
  ['TCP over IPv6', ipv6(udp(1, 694, DATA), 6)],
  ['something else', Buffer.concat([Buffer.from([0x00]), udp(1, 694, DATA)])],
  ['nothing', Buffer.alloc(0)],
])('%s is not passed on', (_, packet) => {
  expect(passes(udpFilter([694]), packet)).toBe(0);
});

test('no bytes make it throw, and a datagram lies within what was captured', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.constantFrom(0x45, 0x46, 0x60, 0x4f), (bytes, first) => {
      const packet = Buffer.from([first, ...bytes]);
      const captured = decodeCaptured(packet);
      if (captured?.kind === 'datagram') expect(captured.data.length).toBeLessThanOrEqual(packet.length - 28);
      passes(udpFilter([694]), packet);
    }),
  );
});
