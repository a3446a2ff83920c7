import fc from 'fast-check';
import { parseSaved } from '../../../lib/ipvs/grammar/save.js';
import { connectionLines, countConnections, parseConntrack } from '../../../lib/ipvs/ipvsadm/conntrack.js';

const FILE = `ipv4     2 tcp      6 431999 ESTABLISHED src=10.0.0.10 dst=10.0.0.1 sport=53180 dport=80 src=192.168.0.1 dst=10.0.0.10 sport=8080 dport=53180 [ASSURED] mark=0 zone=0 use=2
ipv4     2 tcp      6 110 TIME_WAIT src=10.0.0.10 dst=10.0.0.1 sport=53181 dport=80 src=192.168.0.1 dst=10.0.0.10 sport=8080 dport=53181 [ASSURED] mark=0 zone=0 use=2
ipv4     2 tcp      6 300 ESTABLISHED src=10.0.0.10 dst=10.0.0.1 sport=53182 dport=80 src=10.0.0.1 dst=10.0.0.10 sport=80 dport=53182 [ASSURED] mark=0 zone=0 use=2
ipv6     10 udp      17 29 src=2001:0db8:0000:0000:0000:0000:0000:0010 dst=2001:0db8:0000:0000:0000:0000:0000:0001 sport=54500 dport=53 [UNREPLIED] src=2001:0db8:0001:0000:0000:0000:0000:0002 dst=2001:0db8:0000:0000:0000:0000:0000:0010 sport=53 dport=54500 mark=0 zone=0 use=2
ipv4     2 tcp      6 300 ESTABLISHED src=10.0.0.10 dst=10.0.0.9 sport=53183 dport=443 src=192.168.0.7 dst=10.0.0.10 sport=443 dport=53183 [ASSURED] mark=0 zone=0 use=2
ipv4     2 tcp      6 300 ESTABLISHED src=10.0.0.10 dst=10.0.0.254 sport=53184 dport=22 src=10.0.0.254 dst=10.0.0.10 sport=22 dport=53184 [ASSURED] mark=0 zone=0 use=2
ipv4     2 icmp     1 29 src=10.0.0.10 dst=10.0.0.1 type=8 code=0 id=1 src=10.0.0.1 dst=10.0.0.10 type=0 code=0 id=1 mark=0 zone=0 use=2
`;

const table = parseSaved(`-A -t 10.0.0.1:80 -s rr
-a -t 10.0.0.1:80 -r 192.168.0.1:8080 -m -w 1
-a -t 10.0.0.1:80 -r 127.0.0.1:80 -g -w 1
-A -u [2001:db8::1]:53 -s rr
-a -u [2001:db8::1]:53 -r [2001:db8:1::2]:53 -m -w 1
-A -f 7 -s rr
-a -f 7 -r 192.168.0.7:0 -m -w 1
`);

test('connections are counted for the service and server that they belong to', () => {
  const count = countConnections(table, parseConntrack(FILE));
  const counts = table.services.flatMap((service) =>
    service.destinations.map((one) => [one.address, count(service, one).active, count(service, one).inactive]),
  );
  expect(counts).toEqual([
    ['192.168.0.1', 1, 1],
    // The director itself as a gate destination: the answer comes from the virtual address.
    ['127.0.0.1', 1, 0],
    ['2001:db8:1::2', 0, 1],
    // A mark is not in the connection tracking table: its connections are told by the server.
    ['192.168.0.7', 1, 0],
  ]);
});

test('they are listed as ipvsadm lists them', () => {
  expect(connectionLines(table, parseConntrack(FILE)).slice(1, 4)).toEqual([
    {
      protocol: 'TCP',
      expires: 110,
      state: 'TIME_WAIT',
      source: '10.0.0.10:53181',
      virtual: '10.0.0.1:80',
      destination: '192.168.0.1:8080',
    },
    expect.objectContaining({ destination: '127.0.0.1:80' }),
    expect.objectContaining({ protocol: 'UDP', state: 'UDP', destination: '[2001:db8:1::2]:53' }),
  ]);
});

test('the output of the conntrack program is read too', () => {
  const line =
    'tcp      6 431999 ESTABLISHED src=10.0.0.10 dst=10.0.0.1 sport=5 dport=80 src=192.168.0.1 dst=10.0.0.10 sport=8080 dport=5 [ASSURED] mark=0 use=1';
  expect(parseConntrack(line)).toEqual([
    {
      protocol: 'tcp',
      expires: 431999,
      state: 'ESTABLISHED',
      client: { address: '10.0.0.10', port: 5 },
      asked: { address: '10.0.0.1', port: 80 },
      answers: { address: '192.168.0.1', port: 8080 },
    },
  ]);
});

test('any text can be read', () => {
  fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseConntrack(`tcp 6 1 ESTABLISHED src=${text}`))));
});
