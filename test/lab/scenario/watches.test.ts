/** What the watchers of the lab read in the lines of tcpdump. */
import fc from 'fast-check';
import { parseReply } from '../../../lib/lab/answer-watch.js';
import { parseHeard } from '../../../lib/lab/heard-watch.js';

test('an answer to a client: when, from which hardware, for which address', () => {
  const line =
    '1763717000.250000 02:42:0a:00:00:01 > 02:42:0a:00:00:09, ethertype IPv4 (0x0800), length 98: 10.0.0.100 > 10.0.0.9: ICMP echo reply, id 7, seq 1, length 64';
  expect(parseReply(line)).toEqual({ at: 1763717000250, sender: '02:42:0a:00:00:01', address: '10.0.0.100' });
});

test('a heartbeat that reached a host: when, through which port, from which address', () => {
  const line = '1763717000.250000 lb1-eth0 Out IP 10.0.0.2.694 > 10.0.0.255.694: UDP, length 250';
  expect(parseHeard(line)).toEqual({ at: 1763717000250, port: 'lb1-eth0', source: '10.0.0.2' });
});

test('anything else is nothing', () => {
  expect(parseReply('listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes')).toBeUndefined();
  expect(parseHeard('listening on any, link-type LINUX_SLL2')).toBeUndefined();
  fc.assert(
    fc.property(fc.string(), (line) => {
      expect(parseReply(line)).toBeUndefined();
      expect(parseHeard(line)).toBeUndefined();
    }),
  );
});
