/** Rehearsals with ldirectord: which real servers are in the table when, and what clients get. */
import fc from 'fast-check';
import { readDirectorFiles } from '../../lib/rehearsal/director-files.js';
import { castOf, type Rehearsal } from '../../lib/rehearsal/rehearse.js';
import { searchWorst } from '../../lib/rehearsal/search.js';
import { playIn, type Scene, staged } from '../support/rehearsal.js';

const HA_CF = `keepalive 500ms
deadtime 2
initdead 10
bcast eth0 eth1
auto_failback off
node lb1 lb2
`;
/** An ldirectord.cf with one virtual. */
const directorCf = (...directives: readonly string[]): string =>
  ['virtual=10.0.0.100:80', ...directives.map((text) => `        ${text}`), ''].join('\n');
const WEB = ['real=10.1.0.1:80 gate 1', 'real=10.1.0.2:80 gate 3'];
const TIMES = ['checkinterval=5', 'checktimeout=2', 'negotiatetimeout=3'];
const HTTP = ['service=http', 'request="x"', 'receive="y"'];
const ldirectord = (...directives: readonly string[]): string =>
  `${TIMES.join('\n')}\nquiescent=no\n${directorCf(...WEB, ...directives)}`;

const sceneWith = (text: string): Scene => ({
  haCf: HA_CF,
  haResources: 'lb1 10.0.0.100/24/eth0 ldirectord::ldirectord.cf\n',
  files: { '/etc/ha.d/ldirectord.cf': text },
});
const play = (story: string, text = ldirectord(...HTTP)): Rehearsal => playIn(sceneWith(text), story);
const accountOf = ({ services }: Rehearsal, index = 0) => {
  const found = services[index];
  if (found === undefined) throw new Error('no service is played');
  return found;
};
/** What the ldirectords say of their tables, without their checks. */
const linesOf = ({ timeline }: Rehearsal): readonly string[] =>
  timeline.flatMap(({ node, text }) =>
    node !== undefined && text.startsWith('ldirectord: ') && !/Check failed|soft failure/i.test(text)
      ? [`${node}: ${text.slice('ldirectord: '.length)}`]
      : [],
  );
const momentOf = ({ timeline }: Rehearsal, words: string): number => {
  const found = timeline.find(({ text }) => text.includes(words));
  if (found === undefined) throw new Error(`nobody says ${words}`);
  return found.at / 1000;
};

test('nothing happens: every request is answered', () => {
  const quiet = play('end at 5m');
  expect(linesOf(quiet)).toEqual([]);
  expect(quiet.services).toEqual([
    {
      service: 'tcp:10.0.0.100:80',
      ...{ outage: 0, longest: 0, fallback: 0, dead: 0, lost: 0 },
      owners: ['lb1'],
      servers: ['10.1.0.1:80', '10.1.0.2:80'],
      served: true,
    },
  ]);
});

test('a server that is silent leaves the table, and comes back; meanwhile its share of the requests is lost', () => {
  const silent = play('10.1.0.2:80 silent 20s-60s; end at 100s');
  expect(linesOf(silent)).toEqual([
    'lb1: Deleted real server: 10.1.0.2:80 (10.0.0.100:80)',
    'lb1: Added real server: 10.1.0.2:80 (10.0.0.100:80) (Weight set to 3)',
  ]);
  const out = momentOf(silent, 'Deleted real server') - 20;
  const { dead, lost, outage, servers } = accountOf(silent);
  expect(dead / 1000).toBeCloseTo(out);
  // Three of four requests went there.
  expect(lost).toBeCloseTo((0.75 * out) / 100);
  expect([outage, servers.length]).toEqual([0, 2]);
});

test('how long a dead server stays is what the configuration says', () => {
  const kinds = {
    connect: { lines: ['checktype=connect'], limit: 2 },
    negotiate: { lines: HTTP, limit: 3 },
    ldap: { lines: ['service=ldap', 'checktype=negotiate'], limit: 2 },
    ping: { lines: ['checktype=ping', 'checkcount=2'], limit: 4 },
    external: { lines: ['checktype=external', 'checkcommand="/bin/look"'], limit: 2 },
  };
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(kinds)),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 10_000, max: 30_000 }),
      ({ lines, limit }, failures, at) => {
        const story = `10.1.0.1 silent at ${at}ms; end at 2m`;
        const silent = play(story, ldirectord(...lines, `failurecount=${failures}`));
        const out = momentOf(silent, 'Deleted real server: 10.1.0.1:80') - at / 1000;
        expect(out).toBeGreaterThanOrEqual(limit + 5 * (failures - 1) - 0.01);
        expect(out).toBeLessThanOrEqual(limit + 5 * failures + 0.06);
      },
    ),
    { numRuns: 25 },
  );
});

describe('what a check sees', () => {
  test.each([
    // A port that refuses is noticed at once, at the next check.
    ['10.1.0.1:80 refuses at 20s', ['checktype=connect'], true],
    ['10.1.0.1:80 refuses at 20s', HTTP, true],
    // A connect does not look at the answer, a ping not at the service.
    ['10.1.0.1:80 answers wrong at 20s', HTTP, true],
    ['10.1.0.1:80 answers wrong at 20s', ['checktype=connect'], false],
    ['10.1.0.1:80 silent at 20s', ['checktype=ping'], false],
    ['10.1.0.1 refuses at 20s', ['checktype=ping'], false],
    ['10.1.0.1 silent at 20s', ['checktype=ping'], true],
    ['10.1.0.1:80 refuses at 20s', ['checktype=external', 'checkcommand="/bin/look"'], true],
    ['10.1.0.1:80 silent at 20s', [...HTTP, 'checkport=8080'], false],
    ['10.1.0.1 silent at 20s', [...HTTP, 'checkport=8080'], true],
    // The first check is negotiate, three connects follow; a server that answers wrong is seen at the next negotiate.
    ['10.1.0.1:80 answers wrong at 20s', [...HTTP, 'checktype=3'], true],
    ['10.1.0.1:80 silent at 20s', ['checktype=on'], false],
    ['10.1.0.1:80 silent at 20s', ['service=none', 'checktype=negotiate'], false],
  ] as const)('%s with %j: %p', (story, lines, isSeen) => {
    const played = play(`${story}; end at 3m`, ldirectord(...lines));
    expect(accountOf(played).servers.includes('10.1.0.1:80')).toBe(!isSeen);
    // Requests are lost until it is out, or for ever.
    expect(accountOf(played).dead).toBeGreaterThan(isSeen ? 0 : 159_000);
    // The other server answers all the time.
    expect(played.passed).toBe(true);
  });

  test('a server may be slow, but not slower than the timeout', () => {
    const patient = play('10.1.0.1:80 slow 2900ms at 20s; end at 2m');
    expect(linesOf(patient)).toEqual([]);
    expect(accountOf(patient)).toMatchObject({ lost: 0, dead: 0 });
    const slow = play('10.1.0.1:80 slow 3s at 20s; end at 2m');
    expect(accountOf(slow).servers).toEqual(['10.1.0.2:80']);
    expect(momentOf(slow, 'Check failed: 10.1.0.1:80 (tcp:10.0.0.100:80): L7TIMEOUT')).toBeLessThan(28.1);
  });

  test('the words of the causes', () => {
    const said = (story: string, lines: readonly string[] = HTTP): readonly string[] =>
      play(`${story}; end at 1m`, ldirectord(...lines)).timeline.flatMap(
        ({ text }) => /Check failed: .*?\): (.*)/.exec(text)?.[1] ?? [],
      );
    expect(said('10.1.0.1 silent')).toEqual(["L4TIMEOUT Can't connect to 10.1.0.1:80 (Connection timed out)"]);
    expect(said('10.1.0.1 refuses')).toEqual(["L4REFUSED Can't connect to 10.1.0.1:80 (Connection refused)"]);
    expect(said('10.1.0.1 answers wrong')).toEqual(['L7STATUS 503 Service Unavailable']);
    expect(said('10.1.0.1 silent', ['checktype=ping'])).toEqual(['L3TIMEOUT']);
    const external = ['checktype=external', 'checkcommand="/bin/look"'];
    expect(said('10.1.0.1 answers wrong', external)).toEqual(['L7EXIT 1']);
    expect(said('10.1.0.1 silent', external)).toEqual(['L7TIMEOUT']);
  });
});

test('quiescent: the weight goes to 0 and comes back', () => {
  const text = ldirectord(...HTTP).replace('quiescent=no', 'quiescent=yes');
  expect(linesOf(play('10.1.0.1 refuses 20s-40s', text))).toEqual([
    'lb1: Quiescent real server: 10.1.0.1:80 (10.0.0.100:80) (Weight set to 0)',
    'lb1: Restored real server: 10.1.0.1:80 (10.0.0.100:80) (Weight set to 1)',
  ]);
});

describe('the last server goes', () => {
  const story = '10.1.0.1 refuses 20s-60s; 10.1.0.2 refuses 30s-60s; end at 100s';

  test('the fallback comes and goes', () => {
    const played = play(story, ldirectord(...HTTP, 'fallback=127.0.0.1:80 gate'));
    const lines = linesOf(played);
    expect(lines).toContain('lb1: Added fallback server: 127.0.0.1:80 (10.0.0.100:80) (Weight set to 1)');
    expect(lines).toContain('lb1: Deleted fallback server: 127.0.0.1:80 (10.0.0.100:80)');
    const { fallback, outage, lost } = accountOf(played);
    expect(fallback).toBeGreaterThan(20_000);
    expect(fallback).toBeLessThan(35_000);
    // From the moment the second server refuses until its check notices nobody answers.
    expect(outage).toBeLessThanOrEqual(5_060);
    expect(lost).toBeGreaterThan(0);
  });

  test('without one nobody answers', () => {
    const { outage, longest } = accountOf(play(story));
    expect(outage).toBe(longest);
    expect(outage).toBeGreaterThan(30_000);
    expect(outage).toBeLessThan(35_100);
    const bad = play('10.1.0.1 refuses at 20s; 10.1.0.2 refuses at 30s');
    expect(bad.addresses).toMatchObject([{ owners: ['lb1'] }]);
    expect([accountOf(bad).served, accountOf(bad).servers, bad.passed]).toEqual([false, [], false]);
  });

  test('a fallback command is called', () => {
    const lines = linesOf(play(story, ldirectord(...HTTP, 'fallbackcommand="/bin/sorry"')));
    expect(lines.filter((line) => line.includes('sorry'))).toEqual([
      'lb1: Running system(/bin/sorry start 10.0.0.100:80 tcp)',
      'lb1: Running system(/bin/sorry stop 10.0.0.100:80 tcp)',
    ]);
  });

  test('servers that are dead but in the table are no service', () => {
    const wrong = play('10.1.0.1 answers wrong at 20s; 10.1.0.2 answers wrong at 20s', ldirectord('checktype=connect'));
    expect(linesOf(wrong)).toEqual([]);
    expect(accountOf(wrong)).toMatchObject({ served: false, servers: ['10.1.0.1:80', '10.1.0.2:80'] });
    expect(wrong.passed).toBe(false);
  });
});

describe('a takeover', () => {
  test('starts ldirectord anew: a server that was out is checked, and never in the table', () => {
    const taken = play('10.1.0.1 silent at 5s; lb1 loses power at 30s');
    expect(linesOf(taken)).toEqual([
      'lb1: Deleted real server: 10.1.0.1:80 (10.0.0.100:80)',
      'lb2: Starting Linux Director v1.186-ha as daemon',
      'lb2: Added virtual server: 10.0.0.100:80',
      'lb2: Added real server: 10.1.0.2:80 (10.0.0.100:80) (Weight set to 3)',
    ]);
    const [address] = taken.addresses;
    // ldirectord is up a second after the address, and then knows nothing.
    expect(accountOf(taken).longest - (address?.longest ?? 0)).toBeCloseTo(1_002, -1);
    expect(accountOf(taken)).toMatchObject({ owners: ['lb2'], servers: ['10.1.0.2:80'], served: true });
  });

  test('in good order the table is cleaned', () => {
    const lines = linesOf(play('lb1 standby at 10s'));
    expect(lines.slice(0, 4)).toEqual([
      'lb1: Purged real server (stop): 10.1.0.1:80 (10.0.0.100:80)',
      'lb1: Purged real server (stop): 10.1.0.2:80 (10.0.0.100:80)',
      'lb1: Purged virtual server (stop): 10.0.0.100:80',
      'lb1: Linux Director Daemon terminated on signal: TERM',
    ]);
    expect(lines[4]).toBe('lb2: Starting Linux Director v1.186-ha as daemon');
  });

  test('where ldirectord runs on both nodes all the time, clients miss nothing but the address', () => {
    const scene: Scene = { haCf: HA_CF, haResources: 'lb1 10.0.0.100/24/eth0\n', given: ldirectord(...HTTP) };
    const taken = playIn(scene, '10.1.0.1 silent at 5s; lb1 loses power 30s-60s; end at 2m');
    expect(accountOf(taken).longest).toBe(taken.addresses[0]?.longest);
    expect(linesOf(taken)).toEqual([
      'lb1: Deleted real server: 10.1.0.1:80 (10.0.0.100:80)',
      'lb2: Deleted real server: 10.1.0.1:80 (10.0.0.100:80)',
      // With the power of lb1, its ldirectord comes back.
      'lb1: Starting Linux Director v1.186-ha as daemon',
      'lb1: Added virtual server: 10.0.0.100:80',
      'lb1: Added real server: 10.1.0.2:80 (10.0.0.100:80) (Weight set to 3)',
    ]);
  });
});

test('maintenance: the server is out at once, no request is lost, and it comes back with the next look', () => {
  const text = `maintenancedir=/etc/ha.d/maintenance\n${ldirectord(...HTTP)}`;
  const story = '10.1.0.1 in maintenance 20s-60s; 10.1.0.1:80 refuses 21s-50s';
  const planned = play(story, text);
  expect(linesOf(planned)).toEqual([
    'lb1: Deleted real server: 10.1.0.1:80 (10.0.0.100:80)',
    'lb1: Added real server: 10.1.0.1:80 (10.0.0.100:80) (Weight set to 1)',
  ]);
  expect(momentOf(planned, 'Deleted')).toBe(20);
  expect(momentOf(planned, 'Added')).toBeCloseTo(60);
  expect(accountOf(planned)).toMatchObject({ lost: 0, dead: 0 });
  // Whoever takes over knows it too, and without a maintenancedir nobody does.
  const taken = play('10.1.0.1:80 in maintenance at 20s; lb1 loses power at 30s', text);
  expect(accountOf(taken)).toMatchObject({ owners: ['lb2'], servers: ['10.1.0.2:80'] });
  const unheard = play('10.1.0.1 in maintenance at 20s');
  expect(linesOf(unheard)).toEqual([]);
  expect(momentOf(unheard, 'out for maintenance, but ldirectord.cf has no maintenancedir')).toBe(20);
});

test('a heartbeat that dies leaves ldirectord alone; a node that hangs checks nothing', () => {
  expect(linesOf(play('daemon of lb1 dies at 10s; 10.1.0.1 silent at 12s; end at 30s'))).toContain(
    'lb1: Deleted real server: 10.1.0.1:80 (10.0.0.100:80)',
  );
  const alone = HA_CF.replace('deadtime 2', 'deadtime 60').replace('initdead 10', 'initdead 120');
  const hangs = playIn(
    { ...sceneWith(ldirectord(...HTTP)), haCf: alone },
    'lb1 hangs 10s-40s; 10.1.0.1 silent 11s-39s',
  );
  expect(linesOf(hangs)).toEqual([]);
  expect(accountOf(hangs).dead).toBe(28_000);
  // It goes on checking: this one is found out afterwards.
  expect(
    linesOf(playIn({ ...sceneWith(ldirectord(...HTTP)), haCf: alone }, 'lb1 hangs 10s-40s; 10.1.0.1 silent 11s-60s')),
  ).toEqual([
    'lb1: Deleted real server: 10.1.0.1:80 (10.0.0.100:80)',
    'lb1: Added real server: 10.1.0.1:80 (10.0.0.100:80) (Weight set to 1)',
  ]);
});

test('a cable towards the real servers: the address stays, and nobody is served', () => {
  const scene: Scene = {
    ...sceneWith(ldirectord(...HTTP)),
    haResources: 'lb1 10.0.0.100/24/eth0 10.1.0.254/24/eth1 ldirectord::ldirectord.cf\n',
  };
  const cut = playIn(scene, 'eth1 of lb1 down 20s-60s; end at 2m');
  expect(cut.addresses).toMatchObject([
    { address: '10.0.0.100', outage: 0 },
    { address: '10.1.0.254', outage: 40_000 },
  ]);
  expect(accountOf(cut).outage).toBeGreaterThan(40_000);
  expect(accountOf(cut).served).toBe(true);
});

describe('the files', () => {
  const read = (haResources: string, files: Readonly<Record<string, string>>) =>
    staged({ haCf: HA_CF, haResources, files }).directors;

  test('are found as the agent finds them', () => {
    const text = ldirectord();
    const found = read('lb1 ldirectord ldirectord::a.cf\nlb2 ldirectord::/x/b.cf ldirectord::none.cf\n', {
      '/etc/ha.d/ldirectord.cf': text,
      '/etc/ha.d/conf/ldirectord.cf': 'wrong',
      '/etc/ha.d/conf/a.cf': text,
      '/x/b.cf': text,
    });
    expect(found.files.map(({ config, isPermanent }) => [config.path, isPermanent])).toEqual([
      ['/etc/ha.d/ldirectord.cf', false],
      ['/etc/ha.d/conf/a.cf', false],
      ['/x/b.cf', false],
    ]);
    expect(found.missing).toEqual(['ldirectord::none.cf']);
  });

  test('what is wrong in them is told with its place', () => {
    const { groups } = staged({ haCf: HA_CF, haResources: 'lb1 10.0.0.100\n' });
    const wrong = readDirectorFiles(
      groups,
      'haresources',
      { path: 'l.cf', text: 'checkintervall=5\n' },
      () => undefined,
    );
    expect('files' in wrong ? [] : wrong.map(({ at, code }) => [at.file, at.line, code])).toEqual([
      ['l.cf', 1, 'ldirectord.cf/unknown-directive'],
    ]);
  });

  test('host names: from /etc/hosts, or made up; stories and the timeline name them', () => {
    const text = ldirectord(...HTTP, 'real=web3:80 gate', 'real=web4:80 gate');
    const scene = {
      ...sceneWith(text),
      files: { '/etc/ha.d/ldirectord.cf': text, '/etc/hosts': '10.1.0.3 web3.example.net web3\n' },
    };
    const played = playIn(scene, 'web3 refuses at 10s; web4:80 refuses at 20s');
    expect(linesOf(played)).toEqual([
      'lb1: Deleted real server: 10.1.0.3:80 (10.0.0.100:80)',
      'lb1: Deleted real server: web4:80 (10.0.0.100:80)',
    ]);
    expect(played.timeline.map(({ text: said }) => said)).toContain('web4:80 refuses');
  });

  test('IPv6, and marks that no address belongs to', () => {
    const text = `${TIMES.join('\n')}
virtual6=[2001:db8::100]:80
        real6=[2001:db8:1:0::1]:80 gate
        checktype=connect
        quiescent=no
virtual=7
        real=10.1.0.1 gate
        checktype=ping
        quiescent=no
`;
    const scene: Scene = {
      ...sceneWith(text),
      haResources: 'lb1 IPv6addr::2001:DB8:0::100/64/eth0 ldirectord::ldirectord.cf\n',
    };
    const played = playIn(scene, '[2001:db8:1::1]:80 refuses 10s-40s; 10.1.0.1 silent 50s-80s; end at 2m');
    expect(played.services.map(({ service, owners }) => [service, owners])).toEqual([
      ['tcp:[2001:db8::100]:80', ['lb1']],
      ['fwm:7', ['lb1']],
    ]);
    expect(linesOf(played).map((line) => line.split(' ').slice(1, 5).join(' '))).toEqual([
      'Deleted real server: [2001:db8:1::1]:80',
      'Added real server: [2001:db8:1::1]:80',
      'Deleted real server: 10.1.0.1:0',
      'Added real server: 10.1.0.1:0',
    ]);
  });
});

describe('whatever happens', () => {
  const SCENES: readonly Scene[] = [
    sceneWith(ldirectord(...HTTP, 'fallback=127.0.0.1:80 gate')),
    sceneWith(ldirectord(...HTTP).replace('quiescent=no', 'quiescent=yes')),
    { haCf: HA_CF, haResources: 'lb1 10.0.0.100/24/eth0\n', given: ldirectord(...HTTP, 'failurecount=2') },
  ];
  const REALS = ['10.1.0.1:80', '10.1.0.2:80'] as const;
  const span = fc
    .tuple(fc.nat(40), fc.integer({ min: 1, max: 40 }))
    .map(([from, length]) => `${from}s-${from + length}s`);
  /** A fault of a real server that lasts or ends. */
  const fault = fc.record({
    real: fc.constantFrom(...REALS),
    what: fc.constantFrom('silent', 'refuses', 'answers wrong', 'slow 5s', 'slow 1s'),
    from: fc.nat(40),
    lasts: fc.boolean(),
  });
  const trouble = fc.tuple(
    fc
      .constantFrom('lb1', 'lb2')
      .chain((node) =>
        fc.constantFrom(
          ...[`${node} loses power`, `${node} hangs`, `daemon of ${node} dies`, `${node} stops`],
          ...[`eth0 of ${node} down`, 'eth1 down', 'loss 30%'],
        ),
      ),
    span,
  );

  test('in the end the table of whoever serves is what ldirectord wants of this world', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SCENES),
        fc.array(fault, { maxLength: 3 }),
        fc.array(trouble, { maxLength: 2 }),
        fc.integer(),
        (scene, faults, troubles, seed) => {
          // Of two faults of one server the later one counts.
          const single = REALS.flatMap((real) => faults.findLast((one) => one.real === real) ?? []);
          const story = [
            ...single.map(({ real, what, from, lasts }) => `${real} ${what} ${lasts ? `at ${from}s` : `${from}s-60s`}`),
            ...troubles.map((words) => words.join(' ')),
          ].join('; ');
          const played = playIn(scene, story, seed);
          const account = accountOf(played);
          const { duration, passed } = played;
          expect(account.longest).toBeLessThanOrEqual(account.outage);
          expect(account.outage + account.fallback).toBeLessThanOrEqual(duration);
          expect(account.lost * duration).toBeGreaterThanOrEqual(account.outage - 1);
          expect(account.lost).toBeLessThanOrEqual(1);
          expect(passed).toBe(account.served && played.addresses.every(({ owners }) => owners.length === 1));
          if (account.owners.length !== 1) return;
          const broken = single.filter(({ what, lasts }) => lasts && what !== 'slow 1s').map(({ real }) => real);
          const well = REALS.filter((real) => !broken.includes(real));
          const hasFallback = scene === SCENES[0];
          // One that comes back stands behind the others.
          expect(account.servers.toSorted()).toEqual(well.length === 0 && hasFallback ? ['127.0.0.1:80'] : well);
          expect(account.served).toBe(well.length > 0 || hasFallback);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('the search knows faults of real servers', () => {
    const scene = sceneWith(ldirectord('checktype=connect'));
    const cast = castOf(staged(scene));
    const tried: string[] = [];
    const found = searchWorst(cast, 30, 2, (sentences) => {
      tried.push(...sentences);
      return playIn(scene, sentences.join('; '));
    });
    expect(tried.filter((sentence) => sentence.startsWith('10.1.0.')).length).toBeGreaterThan(10);
    expect(playIn(scene, found?.sentences.join('; ') ?? '')).toEqual(found?.rehearsal);
  });
});
