/**
 * The web servers of "Hochverfügbarkeit und Lastverteilung …, Teil 5" (003: dummy0, IPv6, direct routing) and the cluster of
 * "Apache Cluster" (HupWiki, 004) from end to end on real IPVS. One boot of User-Mode Linux for both, its findings here.
 */
import { findingsOf } from './findings.js';

const value = findingsOf('seed-003-and-seed-004-inside.js', 900_000);

describe('seed 003: web servers for direct routing, with IPv6', () => {
  const of = (step: string): unknown => value(`003: ${step}`);
  const V4 = ['198.19.253.1', '198.19.254.1'];
  const V6 = ['2a00:e10:1000:7:124::a1', '2a00:e10:1000:7:124::b1'];
  const each = ['webserver01', 'webserver01', 'webserver02', 'webserver02'];

  test('dummy0 has what the article gives it', () => {
    expect((of('the web servers as the article sets them up') as readonly string[]).toSorted()).toEqual(
      [...V4.map((address) => `${address}/32`), ...V6.map((address) => `${address}/128`)].toSorted(),
    );
  });

  test('both serve equally, by IPv4 and IPv6, and only the director answers for the addresses', () => {
    expect(of('lb1 serves')).toEqual({ share: expect.any(Number), ipv6: each, announced: true, announced6: true });
    expect((of('lb1 serves') as { readonly share: number }).share).toBeLessThan(0.7);
  });

  test('a page that does not say "running" takes its server out of all four services', () => {
    expect(of('webserver02 has lost its database')).toEqual({ ipv6: each.map(() => 'webserver01') });
  });

  test('a server that dies goes out and comes back', () => {
    expect(of('webserver01 dies and comes back')).toBe(true);
  });

  test('the other director takes over, IPv6 too, and gives back', () => {
    expect(of('lb1 dies, lb2 takes over')).toEqual(each);
    expect(of('lb1 comes back')).toEqual({ ipv6: each, second: [] });
  });
});

describe('seed 004: md5, broadcast and multicast, ipfail, LVSSyncDaemonSwap, IPaddr2 with four arguments, quiescent', () => {
  const of = (step: string): unknown => value(`004: ${step}`);
  const outputs = (who: string): Readonly<Record<string, string>> =>
    of(`what the ${who} shows`) as Readonly<Record<string, string>>;
  const [ACTIVE, STANDBY] = ['active one', 'standby'];
  /** Articles lose the blanks at the beginnings of lines. */
  const lines = (text = ''): readonly string[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.trim());

  test('both start', () => {
    expect(of('the load balancers start, the web servers are not set up yet')).toEqual([0, 0]);
  });

  describe('what the article shows, word for word', () => {
    /** Not compared: the first two lines (index, flags, queueing, hardware address) and the lifetimes, which newer kernels add. */
    const inet = (text?: string): readonly string[] => lines(text).filter((line) => line.startsWith('inet '));

    test('ip addr sh eth0', () => {
      expect(inet(outputs(ACTIVE ?? '')['ip addr sh eth0'])).toEqual([
        'inet 192.168.0.103/24 brd 192.168.0.255 scope global eth0',
        'inet 192.168.0.105/24 brd 192.168.0.255 scope global secondary eth0',
      ]);
      expect(inet(outputs(STANDBY ?? '')['ip addr sh eth0'])).toEqual([
        'inet 192.168.0.104/24 brd 192.168.0.255 scope global eth0',
      ]);
    });

    /** Not compared: the process number. */
    test('ldirectord ldirectord.cf status', () => {
      expect(outputs(ACTIVE ?? '')['ldirectord ldirectord.cf status']?.replace(/\d+/, '1234')).toBe(
        'ldirectord for /etc/ha.d/ldirectord.cf is running with pid: 1234\n',
      );
      expect(outputs(STANDBY ?? '')['ldirectord ldirectord.cf status']).toBe(
        'ldirectord is stopped for /etc/ha.d/ldirectord.cf\n',
      );
    });

    const HEADING = [
      'IP Virtual Server version 1.2.1 (size=4096)',
      'Prot LocalAddress:Port Scheduler Flags',
      '-> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
    ];
    const REALS = [
      '-> 192.168.0.101:80             Route   0      0          0',
      '-> 192.168.0.102:80             Route   0      0          0',
      '-> 127.0.0.1:80                 Route   1      0          0',
    ];

    /**
     * Not compared: the order of the real servers, by which newer versions of ipvsadm sort, and connections of clients. The
     * kernel of the article called a server on the director itself "Local"; the one of today says what it was added as.
     */
    test.each(['ipvsadm -L -n', 'ha-ipvsadm -L -n'])('%s', (name) => {
      const active = lines(outputs(ACTIVE ?? '')[name]);
      expect(active.slice(0, 4)).toEqual([...HEADING, 'TCP  192.168.0.105:80 rr']);
      const counted = active.slice(4).map((line) => line.replace(/(\d +)\d+( +)\d+$/, '$10$20'));
      expect(counted.toSorted()).toEqual(REALS.toSorted());
      expect(lines(outputs(STANDBY ?? '')[name])).toEqual(HEADING);
    });

    /** Not compared: the process number. In a host of the lab, as in a container, the thread cannot be seen. */
    test('LVSSyncDaemonSwap master status', () => {
      expect(outputs(ACTIVE ?? '').machine?.replace(/\d+/, '1234')).toBe(
        'master running\n(ipvs_syncmaster pid: 1234)\n',
      );
      const name = '/etc/ha.d/resource.d/LVSSyncDaemonSwap master status';
      expect(outputs(ACTIVE ?? '')[name]).toBe('master running\n');
      expect(outputs(STANDBY ?? '')[name]).toBe('master stopped\n');
    });
  });

  test('the other half of the synchronisation runs where the group was given away, and learns of connections', () => {
    expect(of('the halves of the synchronisation')).toEqual([['master eth0'], []]);
    expect(of('connections are known to the standby')).toBe(true);
  });

  test('heartbeats go over broadcast and multicast, signed with the md5 key number 3', () => {
    expect(of('heartbeats over broadcast and multicast, signed with md5')).toEqual({
      to: ['192.168.0.255.694', '225.0.0.1.694'],
      auth: expect.stringMatching(/^3 [0-9a-f]{32}$/),
    });
  });

  test('ipfail runs as hacluster on both', () => {
    expect(of('ipfail')).toEqual({
      online: [expect.stringMatching(/^online/), expect.stringMatching(/^online/)],
      asHacluster: true,
    });
  });

  test('"Teszt Oldal" is not "Test Page": the servers stay out until the page says what the configuration wants', () => {
    const { causes, rules } = of('the page says "Teszt Oldal"') as {
      readonly causes: readonly string[];
      readonly rules: readonly string[];
    };
    expect(causes).toEqual(['L7PATTERN', 'L7PATTERN']);
    expect(rules).toContain('-a -t 192.168.0.105:80 -r 192.168.0.101:80 -g -w 0');
    expect(rules).toContain('-a -t 192.168.0.105:80 -r 127.0.0.1:80 -g -w 1');
    expect(of('the page says "Test Page"')).toBeLessThan(0.7);
  });

  test('a stopped web server gets weight 0 and comes back', () => {
    expect(of('one web server is stopped and started again')).toBe(true);
  });

  test('loadb1 dies: loadb2 takes over', () => {
    expect(of('loadb1 dies, loadb2 takes over')).toEqual({
      log: [
        expect.stringMatching(/^<132>heartbeat: \[\d+\]: WARN: node loadb1: is dead$/),
        expect.stringMatching(/^<134>heartbeat: \[\d+\]: info: Resources being acquired from loadb1\.$/),
      ],
      sync: ['master eth0'],
    });
  });

  test('auto_failback off: loadb1 comes back as the standby, until hb_standby gives it everything', () => {
    expect(of('loadb1 comes back and stays the standby')).toEqual({
      owners: ['loadb2'],
      sync: [],
      first: [],
    });
    expect(of('loadb2 gives everything to loadb1')).toEqual({
      code: 0,
      sync: [['master eth0'], ['backup eth0']],
      second: [],
    });
  });
});
