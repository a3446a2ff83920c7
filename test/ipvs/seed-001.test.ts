/**
 * "Hochverfügbarkeit" (linuxvirtualserver.org) from end to end: mon with heartbeat and its own init script, and ldirectord with
 * heartbeat, both with direct routing on real IPVS. One boot of User-Mode Linux (seed-001-inside.ts), its findings here.
 */
import { findingsOf } from './findings.js';

const value = findingsOf('seed-001-inside.js', 900_000);

const SERVICE = '-A -t 10.0.0.3:80 -s wlc';
const [ONE, TWO] = [1, 2].map((number) => `-a -t 10.0.0.3:80 -r 192.168.0.${number}:80 -g -w 5`);

describe.each(['mon', 'ldirectord'])('heartbeat and %s', (solution) => {
  const of = (step: string): unknown => value(`${solution}: ${step}`);

  test('lvs1 takes 10.0.0.3, and both web servers serve equally', () => {
    expect(of('lvs1 holds the address and serves')).toEqual({
      codes: [0, 0],
      share: expect.any(Number),
      standby: [],
      address: expect.stringMatching(/ inet 10\.0\.0\.3\/24 brd 10\.0\.0\.255 scope global secondary eth0:0\\/),
    });
    const { share } = of('lvs1 holds the address and serves') as { readonly share: number };
    expect(share).toBeLessThan(0.7);
  });

  test('"udp eth0" and "udpport 1001" are a broadcast to that port, "hopfudge 1" adds a hop to two nodes', () => {
    expect(of('the heartbeats')).toEqual({
      to: '10.0.0.255.1001',
      hops: '3',
      auth: expect.stringMatching(/^1 [0-9a-f]+$/),
    });
  });

  test('a web server that dies goes out of the table, and comes back with its weight', () => {
    expect(of('www1 dies and goes out')).toEqual([SERVICE, TWO]);
    expect((of('www1 comes back') as readonly string[]).toSorted()).toEqual([SERVICE, ONE, TWO].toSorted());
  });

  test('lvs1 dies: lvs2 takes everything over', () => {
    expect(of('lvs1 dies, lvs2 takes over')).toEqual([
      expect.stringMatching(/^<132>heartbeat: \[\d+\]: WARN: node lvs1\.domain\.com: is dead$/),
      expect.stringMatching(/^<134>heartbeat: \[\d+\]: info: Resources being acquired from lvs1\.domain\.com\.$/),
    ]);
  });

  test('lvs1 comes back: lvs2 releases, and lvs1 takes back', () => {
    const { first, second } = of('lvs1 comes back, lvs2 releases') as Readonly<Record<string, readonly string[]>>;
    expect(first?.toSorted()).toEqual([SERVICE, ONE, TWO].toSorted());
    expect(second).toEqual([]);
  });

  test('both stop, and nothing is left', () => {
    expect(of('both stop')).toEqual({ codes: [0, 0], owners: [], rules: [] });
  });
});

test('mon runs where the address is, and mails every change; the init script of the article routes', () => {
  const { mails, ...rest } = value('mon: mon') as { readonly mails: readonly string[] };
  expect(rest).toEqual({
    first: { code: 0, said: expect.stringMatching(/running/) },
    second: { code: 1, said: expect.stringMatching(/not running/) },
    lvs: { code: 1, said: 'Usage: lvs {start|stop}' },
    forwards: '1',
  });
  // As long as it is down, mon says so every time.
  expect([...new Set(mails.map((line) => line.replace(/ \(.*\)$/, '')))]).toEqual([
    'To: wensong',
    'Subject: ALERT www1/http: www1.domain.com',
    expect.stringMatching(/^Subject: UPALERT www1\/http: /),
  ]);
});

test('ldirectord looks at the page, and says in its log what it does', () => {
  expect(value('ldirectord: www2 has another page')).toEqual([SERVICE, ONE]);
  const { status, log } = value('ldirectord: what ldirectord says') as {
    readonly status: string;
    readonly log: readonly string[];
  };
  expect(status).toMatch(/^ldirectord for \/etc\/ha\.d\/www is running with pid: \d+$/);
  expect(log.filter((line) => /^(Added|Deleted) real/.test(line))).toEqual([
    expect.stringMatching(/^Added real server: 192\.168\.0\.[12]:80 \(10\.0\.0\.3:80\) \(Weight set to 5\)$/),
    expect.stringMatching(/^Added real server: 192\.168\.0\.[12]:80 \(10\.0\.0\.3:80\) \(Weight set to 5\)$/),
    'Deleted real server: 192.168.0.1:80 (10.0.0.3:80)',
    'Added real server: 192.168.0.1:80 (10.0.0.3:80) (Weight set to 5)',
    'Deleted real server: 192.168.0.2:80 (10.0.0.3:80)',
  ]);
});
