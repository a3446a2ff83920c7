/** Which bytes of an Oracle server its driver may see. */
import fc from 'fast-check';
import { createFrameCheck } from '../../../../lib/ldirectord/checks/sql/tns-frames.js';

const packet = (type: number, length: number, wide = false): Buffer => {
  const bytes = Buffer.alloc(length);
  if (wide) bytes.writeUInt32BE(length);
  else bytes.writeUInt16BE(length);
  bytes[4] = type;
  return bytes;
};
const accept = (version: number): Buffer => {
  const bytes = packet(2, 41);
  bytes.writeUInt16BE(version, 8);
  return bytes;
};
const REFUSE = packet(4, 80);
const RESEND = packet(11, 8);

const accepted = (...chunks: readonly Uint8Array[]): boolean => {
  const check = createFrameCheck();
  return chunks.every((chunk) => check(chunk));
};

test('packets of a server', () => {
  expect(accepted(REFUSE)).toBe(true);
  expect(accepted(RESEND, RESEND)).toBe(true);
  expect(accepted(accept(314), packet(6, 300))).toBe(true);
  expect(accepted(accept(318), packet(6, 300, true), packet(6, 70_000, true))).toBe(true);
});

test('lengths below the header, at which the driver would never end', () => {
  expect(accepted(Buffer.alloc(8))).toBe(false);
  expect(accepted(Buffer.from([0, 7, 0, 0, 4, 0, 0, 0]))).toBe(false);
  expect(accepted(accept(318), packet(6, 300))).toBe(false);
  expect(accepted(Buffer.from([0, 9, 0, 0, 2, 0, 0, 0, 1, 62]))).toBe(false);
});

test('more than an ACCEPT packet at once, whose lengths the driver would read by the wrong rule', () => {
  expect(accepted(Buffer.concat([accept(318), packet(6, 300, true)]))).toBe(false);
  expect(accepted(Buffer.concat([accept(314), packet(6, 300)]))).toBe(true);
});

test('compressed data, which nobody has asked for', () => {
  const compressed = packet(6, 300, true);
  compressed.writeUInt16BE(0x0400, 8);
  expect(accepted(accept(318), compressed)).toBe(false);
  expect(accepted(accept(318), packet(6, 9, true))).toBe(false);
});

test('giant packets', () => {
  expect(accepted(accept(318), Buffer.from([0x7f, 0, 0, 0, 6, 0, 0, 0]))).toBe(false);
});

test('property: how the bytes are cut does not matter', () => {
  const bytes = Buffer.concat([REFUSE, RESEND, accept(314), packet(6, 300), Buffer.alloc(8)]);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 10 }), (cuts) => {
      const places = [0, ...cuts.sort((left, right) => left - right), bytes.length];
      const chunks = places.map((at, index) => bytes.subarray(at, places[index + 1] ?? bytes.length));
      expect(accepted(...chunks)).toBe(false);
      const sound = chunks.map((chunk) => chunk.byteOffset - bytes.byteOffset + chunk.length <= bytes.length - 8);
      const check = createFrameCheck();
      for (const [index, chunk] of chunks.entries()) if (sound[index]) expect(check(chunk)).toBe(true);
    }),
  );
});
