import { internetChecksum } from '../../lib/platform/internet-checksum.js';
import { encodeNeighbourAdvertisement } from '../../lib/platform/neighbour-advertisement.js';
import { decodeAdvertisement, encodeDuplicateQuestion } from '../../lib/platform/neighbour-solicitation.js';
import { addressBytes } from '../../lib/platform/socket-address.js';

const mac = Buffer.from('6219ae2449b2', 'hex');
const address = addressBytes('fd00::12:3456') ?? Buffer.alloc(0);
const frame = encodeDuplicateQuestion(mac, address);

test('it goes from nobody to the group of the address, with hop limit 255', () => {
  expect(frame.subarray(0, 14).toString('hex')).toBe('3333ff1234566219ae2449b286dd');
  expect(frame[21]).toBe(255);
  expect(frame.subarray(22, 38)).toEqual(Buffer.alloc(16));
  expect(frame.subarray(38, 54)).toEqual(addressBytes('ff02::1:ff12:3456'));
});

test('it is a solicitation without options, with a right checksum', () => {
  const message = frame.subarray(54);
  expect(message[0]).toBe(135);
  expect(message).toHaveLength(24);
  expect(message.subarray(8, 24)).toEqual(address);
  const pseudoHeader = Buffer.from([0, 0, 0, 24, 0, 0, 0, 58]);
  expect(internetChecksum(frame.subarray(22, 54), pseudoHeader, message)).toBe(0);
});

test('an advertisement tells address and hardware address', () => {
  const advertisement = encodeNeighbourAdvertisement(mac, address).subarray(54);
  expect(decodeAdvertisement(advertisement)).toEqual({ address, mac });
  expect(decodeAdvertisement(advertisement.subarray(0, 24))).toEqual({ address, mac: undefined });
  expect(decodeAdvertisement(Buffer.concat([advertisement.subarray(0, 24), Buffer.alloc(8)]))).toEqual({
    address,
    mac: undefined,
  });
  expect(decodeAdvertisement(frame.subarray(54))).toBeUndefined();
  expect(decodeAdvertisement(advertisement.subarray(0, 20))).toBeUndefined();
});
