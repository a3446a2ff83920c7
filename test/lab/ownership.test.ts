/** Who owned an address when, from the changes that the hosts' kernels announce. */
import fc from 'fast-check';
import { parseHostNumbers, parseMonitorLine } from '../../lib/lab/address-watch.js';
import { longestDoubleOwnership, type OwnershipChange, ownersAt, ownershipPeriods } from '../../lib/lab/ownership.js';

const moved: readonly OwnershipChange[] = [
  { at: 10, host: 'lb1', owns: true },
  { at: 50, host: 'lb1', owns: false },
  { at: 60, host: 'lb2', owns: true },
];

test('a clean hand-over has a time without an owner and none with two', () => {
  expect(ownershipPeriods(moved, 0, 100)).toEqual([
    { from: 0, to: 10, owners: [] },
    { from: 10, to: 50, owners: ['lb1'] },
    { from: 50, to: 60, owners: [] },
    { from: 60, to: 100, owners: ['lb2'] },
  ]);
  expect(longestDoubleOwnership(moved, 0, 100)).toBe(0);
});

test('two owners at once are found, also when the changes arrive out of order', () => {
  const early: OwnershipChange = { at: 30, host: 'lb2', owns: true };
  expect(longestDoubleOwnership([...moved, early], 0, 100)).toBe(20);
  expect(longestDoubleOwnership([early, ...moved].reverse(), 0, 100)).toBe(20);
  expect(longestDoubleOwnership([...moved, early], 45, 100)).toBe(5);
});

test('the owners at an instant', () => {
  expect(ownersAt(moved, 9)).toEqual([]);
  expect(ownersAt(moved, 40)).toEqual(['lb1']);
  expect(ownersAt(moved, 1000)).toEqual(['lb2']);
});

test('the periods cover the whole time without overlap', () => {
  const change = fc.record({
    at: fc.integer({ min: 0, max: 100 }),
    host: fc.constantFrom('lb1', 'lb2'),
    owns: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const periods = ownershipPeriods(changes, 0, 100);
      expect(periods.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(100);
      periods.forEach(({ from }, index) => {
        if (index > 0) expect(from).toBe(periods[index - 1]?.to);
      });
    }),
  );
});

test('the numbers of the hosts, from the ports they are plugged into', () => {
  const listing = `1: lo: <LOOPBACK> mtu 65536\\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
3: lb1-eth0@if2: <UP> mtu 1500 master br-lan\\    link/ether ee:c6:6a:47:01:9b brd ff:ff:ff:ff:ff:ff link-netnsid 0
4: lb2-eth0@if2: <UP> mtu 1500 master br-lan\\    link/ether c2:ec:77:6f:29:1b brd ff:ff:ff:ff:ff:ff link-netnsid 1`;
  expect([...parseHostNumbers(listing)]).toEqual([
    ['lb1-eth0', 0],
    ['lb2-eth0', 1],
  ]);
});

describe('a line of the kernel monitor', () => {
  test('an address that appears, with its time', () => {
    const line =
      '[2026-11-21T07:05:54.123456] [nsid 1]2: eth0    inet 10.0.0.100/24 brd 10.0.0.255 scope global secondary eth0:0';
    expect(parseMonitorLine(line)).toEqual({
      at: Date.parse('2026-11-21T07:05:54.123'),
      hostNumber: 1,
      owns: true,
      address: '10.0.0.100',
    });
  });

  test('an address that goes away', () => {
    const line = '[2026-11-21T07:05:54.123456] [nsid 0]Deleted 2: eth0    inet6 fd00::100/64 scope global';
    expect(parseMonitorLine(line)).toMatchObject({ hostNumber: 0, owns: false, address: 'fd00::100' });
  });

  test('the switchboard itself is no host', () => {
    expect(parseMonitorLine('[2026-11-21T07:05:54.123456] 2: br-lan    inet6 fe80::1/64 scope link')).toBeUndefined();
  });

  test('anything else is nothing', () => {
    expect(parseMonitorLine('[2026-11-21T07:05:54.1] [nsid 0]2: eth0: <BROADCAST> state UP')).toBeUndefined();
    fc.assert(fc.property(fc.string(), (line) => void parseMonitorLine(line)));
  });
});
