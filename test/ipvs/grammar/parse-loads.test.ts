/** The connections that a listing of ipvsadm shows. */
import fc from 'fast-check';
import { printListing } from '../../../lib/ipvs/grammar/listing.js';
import { parseListing, parseLoads } from '../../../lib/ipvs/grammar/parse-listing.js';

const LISTING = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.0.0.3:80 wlc persistent 600
  -> 192.168.0.1:8080             Masq    0      12         3
  -> 192.168.0.2:8080             Masq    5      0          0
FWM  7 IPv6 rr
  -> [2001:db8::5]:0              Route   1      4          1
`;

test('each destination with its connections', () => {
  expect(
    parseLoads(LISTING).map(({ destination, active, inactive }) => [destination.address, active, inactive]),
  ).toEqual([
    ['192.168.0.1', 12, 3],
    ['192.168.0.2', 0, 0],
    ['2001:db8::5', 4, 1],
  ]);
  expect(parseLoads(LISTING)[2]?.key).toEqual({ protocol: 'fwm', family: 'ipv6', mark: 7 });
});

const OPTIONS = {
  what: 'services',
  columns: 'usual',
  only: undefined,
  numeric: true,
  exact: false,
  sorted: false,
  persistenceEngine: false,
} as const;
const NUMBERS = { host: (address: string) => address, port: (port: number) => port };

test('what is printed is read as the same, and no text is too strange', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.nat(5000), fc.string(), (active, inactive, text) => {
      const counters = { active, inactive, persistent: 0, totals: [], rates: [] };
      const printed = printListing(parseListing(LISTING), OPTIONS, NUMBERS, () => counters);
      expect(parseLoads(printed).map((load) => [load.active, load.inactive])).toEqual(
        Array.from({ length: 3 }, () => [active, inactive]),
      );
      expect(parseLoads(text)).toEqual([]);
    }),
  );
});
