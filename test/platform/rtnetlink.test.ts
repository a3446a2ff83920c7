import fc from 'fast-check';
import { decodeNetlink, encodeAddressChange } from '../../lib/platform/rtnetlink.js';

const RTM_NEWADDR = 20;

/** A request to add has the form in which the kernel reports an address. */
const reported = (change: Parameters<typeof encodeAddressChange>[2]) => {
  const request = encodeAddressChange('add', 7, change);
  return request === undefined ? undefined : decodeNetlink(request).addresses[0];
};

test('an IPv4 address with label and broadcast', () => {
  const change = { address: '192.168.0.105', prefix: 24, broadcast: '192.168.0.255', label: 'eth0:0' };
  expect(reported(change)).toMatchObject({ ...change, index: 7, family: 'ipv4', secondary: false });
});

test('an IPv6 address has neither', () => {
  const entry = reported({ address: 'fd00::5', prefix: 64, broadcast: '10.0.0.255', label: 'eth0:0' });
  expect(entry).toMatchObject({ address: 'fd00::5', prefix: 64, family: 'ipv6' });
  expect(entry).not.toHaveProperty('broadcast');
  expect(entry).not.toHaveProperty('label');
});

test('an IPv6 address that stands alone is there for ever and never chosen as a source; others have no lifetimes', () => {
  // struct ifa_cacheinfo behind an attribute of type 6: preferred, valid, and two that the kernel fills in.
  const lifetimes = (address: string, prefix: number): readonly number[] | undefined => {
    const request = encodeAddressChange('add', 7, { address, prefix });
    const head = Buffer.from([20, 0, 6, 0]);
    const at = request?.indexOf(head) ?? -1;
    return request === undefined || at < 0
      ? undefined
      : [0, 1, 2, 3].map((index) => request.readUInt32LE(at + head.length + 4 * index));
  };
  expect(lifetimes('fd00::5', 128)).toEqual([0, 0xffff_ffff, 0, 0]);
  expect([lifetimes('fd00::5', 64), lifetimes('192.168.0.105', 32)]).toEqual([undefined, undefined]);
});

test('any address survives the way to the kernel and back', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
      expect(reported({ address, prefix })).toMatchObject({ address, prefix });
    }),
  );
});

test('what is no address is refused', () => {
  expect(encodeAddressChange('add', 1, { address: 'www.example.com', prefix: 24 })).toBeUndefined();
  expect(encodeAddressChange('delete', 1, { address: '10.0.0', prefix: 24 })).toBeUndefined();
});

test('a refusal of the kernel is its negative errno', () => {
  const refusal = Buffer.alloc(36);
  refusal.writeUInt32LE(36, 0);
  refusal.writeUInt16LE(2, 4);
  refusal.writeInt32LE(-17, 16);
  expect(decodeNetlink(refusal)).toEqual({ addresses: [], complete: true, error: -17 });
});

test('truncated and nonsensical messages are survived', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, plausible) => {
      const received = Buffer.from(bytes);
      if (plausible && received.length >= 16) {
        received.writeUInt32LE(received.length, 0);
        received.writeUInt16LE(RTM_NEWADDR, 4);
      }
      expect(() => decodeNetlink(received)).not.toThrow();
    }),
    { numRuns: 2000 },
  );
});
