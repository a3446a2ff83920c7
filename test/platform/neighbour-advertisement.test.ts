import { internetChecksum } from '../../lib/platform/internet-checksum.js';
import { encodeNeighbourAdvertisement } from '../../lib/platform/neighbour-advertisement.js';
import { addressBytes } from '../../lib/platform/socket-address.js';

const mac = Buffer.from('6219ae2449b2', 'hex');
const address = addressBytes('fd00::5') ?? Buffer.alloc(0);
const frame = encodeNeighbourAdvertisement(mac, address);

test('it goes to all nodes, from the announced address, with hop limit 255', () => {
  expect(frame.subarray(0, 14).toString('hex')).toBe('3333000000016219ae2449b286dd');
  expect(frame[21]).toBe(255);
  expect(frame.subarray(22, 38)).toEqual(address);
  expect(frame.subarray(38, 54)).toEqual(addressBytes('ff02::1'));
});

test('it is unsolicited, overrides what neighbours remember, and carries the new hardware address', () => {
  expect(frame[54]).toBe(136);
  expect(frame.readUInt32BE(58)).toBe(0x20000000);
  expect(frame.subarray(62, 78)).toEqual(address);
  expect(frame.subarray(78).toString('hex')).toBe('02016219ae2449b2');
});

test('the checksum over pseudo header and message comes out as zero', () => {
  const pseudoHeader = Buffer.from([0, 0, 0, 32, 0, 0, 0, 58]);
  expect(internetChecksum(frame.subarray(22, 54), pseudoHeader, frame.subarray(54))).toBe(0);
});
