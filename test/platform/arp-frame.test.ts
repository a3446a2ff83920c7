import { decodeArpSender, encodeArpProbe, encodeGratuitousArp } from '../../lib/platform/arp-frame.js';

const mac = Buffer.from('6219ae2449b2', 'hex');
const address = Buffer.from([10, 9, 0, 5]);

// The frames of the genuine send_arp for 10.9.0.5, as tcpdump printed them.
test('a request is the frame that the genuine send_arp sends', () => {
  expect(encodeGratuitousArp({ operation: 'request', interfaceMac: mac, ownerMac: mac, address }).toString('hex')).toBe(
    'ffffffffffff6219ae2449b20806000108000604' + '0001' + '6219ae2449b20a090005' + '0000000000000a090005',
  );
});

test('a reply is the frame that the genuine send_arp sends', () => {
  expect(encodeGratuitousArp({ operation: 'reply', interfaceMac: mac, ownerMac: mac, address }).toString('hex')).toBe(
    'ffffffffffff6219ae2449b20806000108000604' + '0002' + '6219ae2449b20a090005' + '6219ae2449b20a090005',
  );
});

test('another owner is announced from the address of the interface', () => {
  const ownerMac = Buffer.from('02aabbccddee', 'hex');
  const frame = encodeGratuitousArp({ operation: 'reply', interfaceMac: mac, ownerMac, address });
  expect(frame.subarray(6, 12)).toEqual(mac);
  expect(frame.subarray(22, 28)).toEqual(ownerMac);
});

test('a probe asks for the address and tells none, so that nobody learns from it', () => {
  expect(encodeArpProbe(mac, address).toString('hex')).toBe(
    'ffffffffffff6219ae2449b20806000108000604' + '0001' + '6219ae2449b200000000' + '0000000000000a090005',
  );
});

test('whoever speaks in an ARP frame is read, and everything else is nobody', () => {
  const frame = encodeGratuitousArp({ operation: 'reply', interfaceMac: mac, ownerMac: mac, address });
  expect(decodeArpSender(Buffer.concat([frame, Buffer.alloc(18)]))).toEqual({ mac, address });
  expect(decodeArpSender(frame.subarray(0, 41))).toBeUndefined();
  expect(decodeArpSender(Buffer.alloc(60))).toBeUndefined();
});
