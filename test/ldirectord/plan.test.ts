/** The wanted table and the way to it: quiescent, fallback, port mapping, reload, stop, as the manual describes them. */
import fc from 'fast-check';
import { applyChanges } from '../../lib/ipvs/apply.js';
import { printChange } from '../../lib/ipvs/grammar/print-command.js';
import type { Table } from '../../lib/ipvs/model.js';
import { normaliseTable } from '../../lib/ipvs/normalise.js';
import { down, up } from '../../lib/ldirectord/checks/verdict.js';
import type { DirectorConfig, Virtual } from '../../lib/ldirectord/config/model.js';
import { adopt, anyUp, type Director, fallbackCalls, healthOf, hear, settle } from '../../lib/ldirectord/director.js';
import { hostPort, serviceId, tableName } from '../../lib/ldirectord/names.js';
import { only, type PlannedChange, plan, type Scope } from '../../lib/ldirectord/plan.js';
import { outcomeOf, settledBy } from '../../lib/ldirectord/retry.js';
import { stopPlan } from '../../lib/ldirectord/stop-plan.js';
import { config, fallback, mark, real, virtual } from './build.js';

const EMPTY: Table = { services: [] };

/** A director with its table: what the daemon does, without time and sockets. */
const simulator = (initial: DirectorConfig, table: Table = EMPTY, accepts: (text: string) => boolean = () => true) => {
  let actual = normaliseTable(table);
  let director: Director = adopt(initial, actual);
  const textOf = ({ change }: PlannedChange): string => printChange(change).join(' ');
  const perform = (planned: readonly PlannedChange[], scope: Scope = 'all'): string[] => {
    const accepted = planned.filter((one) => accepts(textOf(one)));
    const { table: after, refused } = applyChanges(
      actual,
      accepted.map(({ change }) => change),
    );
    expect(refused).toEqual([]);
    actual = after;
    const failures = planned
      .filter((one) => !accepted.includes(one))
      .map(({ change }) => ({ change, reason: 'refused by the test' }));
    const settled = settle(director, settledBy(outcomeOf(planned, failures, scope)));
    director = settled.director;
    const again = only(new Map([...settled.changed].map((id) => [id, { entering: false }])));
    const later = settled.changed.size === 0 ? [] : perform(plan(director, actual, again), again);
    return [...planned.map(textOf), ...later];
  };
  let messages: readonly string[] = [];
  const turn = (scope: Scope): string[] => {
    const planned = plan(director, actual, scope);
    messages = planned.map(({ message }) => message);
    return perform(planned, scope);
  };
  return {
    turn,
    start: (): string[] => turn('all'),
    /** Results of the checks of one real (by address), in all virtuals. */
    results: (address: string, good: boolean): string[] => {
      const touched = new Map<string, { readonly entering: boolean }>();
      const log: string[] = [];
      for (const [probe, members] of director.membersByProbe) {
        if (members[0]?.real.address !== address) continue;
        const heard = hear(director, probe, good ? up() : down('L4REFUSED', 'Connection refused'));
        director = heard.director;
        log.push(...heard.log);
        for (const [id, mark] of heard.touched) touched.set(id, mark);
      }
      const commands = touched.size === 0 ? [] : turn(only(touched));
      messages = [...log, ...(touched.size === 0 ? [] : messages)];
      return commands;
    },
    reload: (next: DirectorConfig): string[] => {
      director = adopt(next, actual, director);
      return turn('all');
    },
    stop: (): string[] => {
      const planned = stopPlan(director, actual);
      messages = planned.map(({ message }) => message);
      return perform(planned);
    },
    calls: (): string[] => {
      const step = fallbackCalls(director);
      director = step.director;
      return step.calls.map(({ command, args }) => [command, ...args].join(' '));
    },
    byHand: (change: (table: Table) => Table): void => {
      actual = change(actual);
    },
    table: (): Table => actual,
    director: (): Director => director,
    messages: (): readonly string[] => messages,
  };
};

const r1 = real('192.168.0.1', 80, { weight: 5 });
const r2 = real('192.168.0.2', 80, { weight: 5 });
const web = (more: Partial<Virtual> = {}): Virtual => virtual('10.0.0.3:80', [r1, r2], { scheduler: 'wlc', ...more });
const localFallback = { fallback: fallback('127.0.0.1', 80) };

describe('a virtual with quiescent=no and a fallback (ldirectord reference 8.2)', () => {
  const play = () => {
    const sim = simulator(config([web(localFallback)]));
    sim.start();
    return sim;
  };

  test('on an empty table the fallback serves until the first good check', () => {
    const sim = simulator(config([web(localFallback)]));
    expect(sim.start()).toEqual(['-A -t 10.0.0.3:80 -s wlc', '-a -t 10.0.0.3:80 -r 127.0.0.1:80 -g -w 1']);
    expect(sim.messages()).toEqual([
      'Added virtual server: 10.0.0.3:80',
      'Added fallback server: 127.0.0.1:80 (10.0.0.3:80) (Weight set to 1)',
    ]);
  });

  test('a real enters once, after its good check; then the fallback leaves', () => {
    const sim = play();
    expect(sim.results('192.168.0.1', true)).toEqual([
      '-a -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 5',
      '-d -t 10.0.0.3:80 -r 127.0.0.1:80',
    ]);
    expect(sim.messages()).toEqual([
      'Added real server: 192.168.0.1:80 (10.0.0.3:80) (Weight set to 5)',
      'Deleted fallback server: 127.0.0.1:80 (10.0.0.3:80)',
    ]);
    expect(sim.results('192.168.0.2', true)).toEqual(['-a -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 5']);
    expect(sim.results('192.168.0.2', true)).toEqual([]);
  });

  test('the last real leaves before the fallback comes in', () => {
    const sim = play();
    sim.results('192.168.0.1', true);
    sim.results('192.168.0.2', true);
    expect(sim.results('192.168.0.1', false)).toEqual(['-d -t 10.0.0.3:80 -r 192.168.0.1:80']);
    expect(sim.messages()).toEqual([
      'Check failed: 192.168.0.1:80 (tcp:10.0.0.3:80): L4REFUSED Connection refused',
      'Deleted real server: 192.168.0.1:80 (10.0.0.3:80)',
    ]);
    expect(sim.results('192.168.0.2', false)).toEqual([
      '-d -t 10.0.0.3:80 -r 192.168.0.2:80',
      '-a -t 10.0.0.3:80 -r 127.0.0.1:80 -g -w 1',
    ]);
    expect(sim.results('192.168.0.1', true)).toEqual([
      '-a -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 5',
      '-d -t 10.0.0.3:80 -r 127.0.0.1:80',
    ]);
    expect(sim.messages()[0]).toBe('Resetting soft failure count: 192.168.0.1:80 (tcp:10.0.0.3:80)');
  });

  test('stop takes out the reals that are up, then the virtual', () => {
    const sim = play();
    sim.results('192.168.0.1', true);
    sim.results('192.168.0.2', false);
    expect(sim.stop()).toEqual(['-d -t 10.0.0.3:80 -r 192.168.0.1:80', '-D -t 10.0.0.3:80']);
    expect(sim.messages()).toEqual([
      'Purged real server (stop): 192.168.0.1:80 (10.0.0.3:80)',
      'Purged virtual server (stop): 10.0.0.3:80',
    ]);
  });

  test('cleanstop=no leaves everything', () => {
    const sim = simulator(config([web({ cleanStop: false })]));
    sim.start();
    sim.results('192.168.0.1', true);
    expect(sim.stop()).toEqual([]);
  });
});

describe('quiescent=yes (8.3 to 8.6)', () => {
  test('a failed real stays with weight 0 and the fallback joins when all are', () => {
    const sim = simulator(config([web({ quiescent: true, ...localFallback })]));
    sim.start();
    sim.results('192.168.0.1', true);
    sim.results('192.168.0.2', true);
    expect(sim.results('192.168.0.1', false)).toEqual(['-e -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 0']);
    expect(sim.messages()[1]).toBe('Quiescent real server: 192.168.0.1:80 (10.0.0.3:80) (Weight set to 0)');
    expect(sim.results('192.168.0.2', false)).toEqual([
      '-e -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 0',
      '-a -t 10.0.0.3:80 -r 127.0.0.1:80 -g -w 1',
    ]);
    expect(sim.results('192.168.0.1', true)).toEqual([
      '-e -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 5',
      '-d -t 10.0.0.3:80 -r 127.0.0.1:80',
    ]);
    expect(sim.messages()[1]).toBe('Restored real server: 192.168.0.1:80 (10.0.0.3:80) (Weight set to 5)');
  });

  test('a real that is dead from the start ends up in the table with weight 0, as in genuine', () => {
    const sim = simulator(config([web({ quiescent: true })]));
    sim.start();
    sim.results('192.168.0.1', true);
    expect(sim.results('192.168.0.2', false)).toEqual(['-a -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 0']);
  });

  const withoutR2 = (table: Table): Table => ({
    services: table.services.map((service) => ({
      ...service,
      destinations: service.destinations.filter(({ address }) => address !== '192.168.0.2'),
    })),
  });

  test.each([
    [false, []],
    [true, ['-a -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 0']],
  ])('readdquiescent=%p decides whether one removed by hand comes back when it fails', (readdQuiescent, commands) => {
    const sim = simulator(config([web({ quiescent: true })], { readdQuiescent }));
    sim.start();
    sim.results('192.168.0.1', true);
    sim.results('192.168.0.2', true);
    sim.byHand(withoutR2);
    expect(sim.results('192.168.0.2', false)).toEqual(commands);
  });
});

describe('ports of direct routing (8.14)', () => {
  const gate = real('192.168.0.1', 8080, { method: 'gate' });
  const masq = real('192.168.0.2', 8080);

  test('the table holds the virtual’s port for gate and the real’s own for masq; the log names both', () => {
    const sim = simulator(config([virtual('10.0.0.3:80', [gate, masq])]));
    sim.start();
    expect(sim.results('192.168.0.1', true)).toEqual(['-a -t 10.0.0.3:80 -r 192.168.0.1:80 -g -w 1']);
    expect(sim.messages()).toEqual(['Added real server: 192.168.0.1:8080 (10.0.0.3:80) (Weight set to 1)']);
    expect(sim.results('192.168.0.2', true)).toEqual(['-a -t 10.0.0.3:80 -r 192.168.0.2:8080 -m -w 1']);
    expect(sim.results('192.168.0.1', false)).toEqual(['-d -t 10.0.0.3:80 -r 192.168.0.1:80']);
    expect(sim.messages()[1]).toBe('Deleted real server: 192.168.0.1:80 mapped from 192.168.0.1:8080 (10.0.0.3:80)');
  });

  test('quiescent: it comes back with its weight, where genuine is stuck at 0 for ever', () => {
    const sim = simulator(config([virtual('10.0.0.3:80', [gate], { quiescent: true })]));
    sim.start();
    sim.results('192.168.0.1', true);
    expect(sim.results('192.168.0.1', false)).toEqual(['-e -t 10.0.0.3:80 -r 192.168.0.1:80 -g -w 0']);
    expect(sim.messages()[1]).toBe(
      'Quiescent real server: 192.168.0.1:80 mapped from 192.168.0.1:8080 (10.0.0.3:80) (Weight set to 0)',
    );
    expect(sim.results('192.168.0.1', true)).toEqual(['-e -t 10.0.0.3:80 -r 192.168.0.1:80 -g -w 1']);
  });

  test('a firewall mark keeps the configured port', () => {
    const sim = simulator(
      config([mark(7, [real('192.168.0.1', 80, { method: 'gate' })], { fallback: fallback('127.0.0.1', 0) })]),
    );
    expect(sim.start()).toEqual(['-A -f 7 -s wrr', '-a -f 7 -r 127.0.0.1:0 -g -w 1']);
    expect(sim.results('192.168.0.1', true)).toEqual(['-a -f 7 -r 192.168.0.1:80 -g -w 1', '-d -f 7 -r 127.0.0.1:0']);
    expect(sim.messages()[0]).toBe('Added real server: 192.168.0.1:80 (7) (Weight set to 1)');
  });
});

describe('start on a table that is not empty (8.9)', () => {
  test('who serves goes on serving, weights are corrected, strangers are purged, foreign virtuals stay', () => {
    const foreign = virtual('10.9.9.9:80', [real('192.168.0.9')]);
    const before = simulator(config([web(localFallback), foreign]));
    before.start();
    for (const address of ['192.168.0.1', '192.168.0.2', '192.168.0.9']) before.results(address, true);
    before.byHand((table) => ({
      services: table.services.map((service) => ({
        ...service,
        destinations: service.destinations.flatMap((one) =>
          one.address === '192.168.0.1'
            ? [
                { ...one, weight: 3 },
                { ...one, address: '192.168.0.77', weight: 1 },
              ]
            : one.address === '192.168.0.2'
              ? [{ ...one, weight: 0 }]
              : [one],
        ),
      })),
    }));
    const sim = simulator(config([web(localFallback)]), before.table());
    expect(sim.start()).toEqual([
      '-e -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 5',
      '-d -t 10.0.0.3:80 -r 192.168.0.77:80',
    ]);
    expect(sim.messages()[1]).toBe('Purged real server (start): 192.168.0.77:80 (10.0.0.3:80)');
    expect(sim.results('192.168.0.2', true)).toEqual(['-e -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 5']);
    expect(sim.table().services.map(({ key }) => serviceId(key))).toEqual(['tcp:10.0.0.3:80', 'tcp:10.9.9.9:80']);
  });
});

describe('reload (8.7)', () => {
  const running = () => {
    const sim = simulator(config([web()]));
    sim.start();
    sim.results('192.168.0.1', true);
    sim.results('192.168.0.2', true);
    return sim;
  };

  test('nothing changed: no command', () => {
    expect(running().reload(config([web()]))).toEqual([]);
  });

  test('scheduler, persistence and weight changed, a real removed, one added, a virtual added', () => {
    const sim = running();
    const r3 = real('192.168.0.3', 80, { weight: 5 });
    const next = config([
      virtual('10.0.0.3:80', [{ ...r1, weight: 7 }, r3], { scheduler: 'rr', persistent: 300 }),
      virtual('10.0.0.4:80', [real('192.168.0.1')]),
    ]);
    expect(sim.reload(next)).toEqual([
      '-E -t 10.0.0.3:80 -s rr -p 300',
      '-e -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 7',
      '-d -t 10.0.0.3:80 -r 192.168.0.2:80',
      '-A -t 10.0.0.4:80 -s wrr',
    ]);
    expect(sim.messages()).toContain('Changed virtual server: 10.0.0.3:80');
    expect(sim.messages()).toContain('Purged real server (start): 192.168.0.2:80 (10.0.0.3:80)');
    expect(sim.results('192.168.0.3', true)).toEqual(['-a -t 10.0.0.3:80 -r 192.168.0.3:80 -m -w 5']);
  });

  test('a virtual that is gone from the file leaves the table as a whole; one that comes back is ours again', () => {
    const sim = running();
    const other = virtual('10.0.0.4:80', []);
    expect(sim.reload(config([other]))).toEqual(['-A -t 10.0.0.4:80 -s wrr', '-D -t 10.0.0.3:80']);
    expect(sim.messages()[1]).toBe('Purged virtual server (start): 10.0.0.3:80');
    expect(sim.reload(config([web(), other]))).toEqual(['-A -t 10.0.0.3:80 -s wlc']);
    expect(sim.turn('all')).toEqual([]);
  });

  test('virtuals that are gone leave in the order of the file that had them', () => {
    const [last, first] = [virtual('10.0.0.9:80', []), virtual('10.0.0.4:80', [])];
    const sim = simulator(config([last, mark(7, []), first]));
    sim.start();
    expect(sim.reload(config([]))).toEqual(['-D -t 10.0.0.9:80', '-D -f 7', '-D -t 10.0.0.4:80']);
  });

  test('what an admin has put in by hand stays until the reload', () => {
    const sim = running();
    sim.byHand((table) => ({
      services: table.services.map((service) => ({
        ...service,
        destinations: service.destinations.map((one) => (one.address === '192.168.0.2' ? { ...one, weight: 0 } : one)),
      })),
    }));
    expect(sim.results('192.168.0.1', false)).toEqual(['-d -t 10.0.0.3:80 -r 192.168.0.1:80']);
    expect(sim.reload(config([web()]))).toEqual(['-e -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 5']);
  });
});

test('a virtual that has vanished from the table is rebuilt at the next transition', () => {
  const sim = simulator(config([web()]));
  sim.start();
  sim.results('192.168.0.1', true);
  sim.byHand(() => EMPTY);
  expect(sim.results('192.168.0.2', true)).toEqual([
    '-A -t 10.0.0.3:80 -s wlc',
    '-a -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 5',
    '-a -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 5',
  ]);
});

test('a fallback that is also a real server is not deleted when another comes up', () => {
  const sim = simulator(config([web({ fallback: fallback('192.168.0.2', 80, { method: 'masq' }) })]));
  sim.start();
  sim.results('192.168.0.2', true);
  expect(sim.results('192.168.0.1', true)).toEqual(['-a -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 5']);
  expect(sim.table().services[0]?.destinations).toHaveLength(2);
});

describe('reals that the engine refuses', () => {
  const ADD_1 = '-a -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 5';
  const FALLBACK_IN = '-a -t 10.0.0.3:80 -r 127.0.0.1:80 -g -w 1';
  const FALLBACK_OUT = '-d -t 10.0.0.3:80 -r 127.0.0.1:80';
  const play = () => {
    let willing = false;
    const sim = simulator(config([web(localFallback)]), EMPTY, (text) => willing || !/-r 192\.168.* -w 5/.test(text));
    sim.start();
    const relent = (): void => {
      willing = true;
    };
    return { sim, relent };
  };

  test('the fallback serves in their place, although they are up', () => {
    const { sim } = play();
    expect(sim.results('192.168.0.1', true)).toEqual([ADD_1, FALLBACK_OUT, ADD_1, FALLBACK_IN]);
    // Later attempts leave it where it is.
    expect(sim.turn(only(new Map(sim.director().members.map(({ id }) => [id, { entering: false }]))))).toEqual([ADD_1]);
    expect(sim.turn('all')).toEqual([ADD_1]);
  });

  test('it leaves when one of them is let in at last', () => {
    const { sim, relent } = play();
    sim.results('192.168.0.1', true);
    relent();
    expect(sim.turn('all')).toEqual([ADD_1, FALLBACK_OUT]);
    expect(sim.turn('all')).toEqual([]);
  });

  test('a reload does not forget it', () => {
    const { sim } = play();
    sim.results('192.168.0.1', true);
    expect(sim.reload(config([web(localFallback)]))).toEqual([ADD_1]);
  });
});

test('failurecount counts for each virtual: a shared real goes down in the third round of both', () => {
  const shared = real('192.168.0.1');
  const sim = simulator(
    config([
      virtual('10.0.0.3:80', [shared], { failureCount: 3 }),
      virtual('10.0.0.4:80', [shared], { failureCount: 3 }),
    ]),
  );
  sim.start();
  sim.results('192.168.0.1', true);
  expect(sim.results('192.168.0.1', false)).toEqual([]);
  expect(sim.messages()).toEqual([
    'Check failed: 192.168.0.1:80 (tcp:10.0.0.3:80): L4REFUSED Connection refused',
    'Soft failure real server: 192.168.0.1:80 (tcp:10.0.0.3:80) failure 1/3',
    'Check failed: 192.168.0.1:80 (tcp:10.0.0.4:80): L4REFUSED Connection refused',
    'Soft failure real server: 192.168.0.1:80 (tcp:10.0.0.4:80) failure 1/3',
  ]);
  expect(sim.results('192.168.0.1', false)).toEqual([]);
  expect(sim.results('192.168.0.1', false)).toEqual([
    '-d -t 10.0.0.3:80 -r 192.168.0.1:80',
    '-d -t 10.0.0.4:80 -r 192.168.0.1:80',
  ]);
});

test('fallbackcommand: start when nobody is up, stop when somebody is, each once', () => {
  const sim = simulator(
    config([
      virtual('10.0.0.3:80', [r1, r2], { fallbackCommand: '/etc/ha.d/fb' }),
      mark(9, [r2], { fallbackCommand: '/etc/ha.d/fb virt' }),
    ]),
  );
  expect(sim.calls()).toEqual(['/etc/ha.d/fb start 10.0.0.3:80 tcp', '/etc/ha.d/fb virt start :0 fwm']);
  sim.results('192.168.0.1', true);
  expect(sim.calls()).toEqual(['/etc/ha.d/fb stop 10.0.0.3:80 tcp']);
  sim.results('192.168.0.2', true);
  expect(sim.calls()).toEqual(['/etc/ha.d/fb virt stop :0 fwm']);
  sim.results('192.168.0.1', false);
  expect(sim.calls()).toEqual([]);
  sim.results('192.168.0.2', false);
  expect(sim.calls()).toEqual(['/etc/ha.d/fb start 10.0.0.3:80 tcp', '/etc/ha.d/fb virt start :0 fwm']);
});

describe('property: any sequence of results, reloads and restarts', () => {
  const reals = fc.uniqueArray(
    fc.record({
      host: fc.integer({ min: 1, max: 4 }),
      port: fc.constantFrom(80, 8080),
      method: fc.constantFrom('masq' as const, 'gate' as const),
      weight: fc.integer({ min: 1, max: 3 }),
    }),
    { selector: ({ host }) => host, maxLength: 4 },
  );
  const virtuals = fc.uniqueArray(
    fc.record({
      host: fc.integer({ min: 1, max: 3 }),
      scheduler: fc.constantFrom('wrr', 'wlc'),
      persistent: fc.constantFrom(undefined, 60),
      quiescent: fc.boolean(),
      fallback: fc.boolean(),
      failureCount: fc.integer({ min: 1, max: 2 }),
      reals,
    }),
    { selector: ({ host }) => host, minLength: 1, maxLength: 3 },
  );
  const configs = fc.record({ virtuals, readdQuiescent: fc.boolean() }).map((drawn) =>
    config(
      drawn.virtuals.map(({ host, reals: list, fallback: has, ...rest }) =>
        virtual(
          `10.0.0.${host}:80`,
          list.map((one) => real(`192.168.0.${one.host}`, one.port, { method: one.method, weight: one.weight })),
          { ...rest, fallback: has ? fallback('127.0.0.1', 80) : undefined },
        ),
      ),
      { readdQuiescent: drawn.readdQuiescent },
    ),
  );
  const events = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ host: fc.integer({ min: 1, max: 4 }), good: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ reload: configs }) },
      { weight: 1, arbitrary: fc.record({ restart: configs }) },
    ),
    { maxLength: 40 },
  );
  const foreign: Table = {
    services: [
      {
        key: { protocol: 'tcp', family: 'ipv4', address: '10.9.9.9', port: 80 },
        scheduler: 'rr',
        flags: [],
        persistent: undefined,
        netmask: undefined,
        ops: false,
        destinations: [{ address: '192.168.0.9', port: 80, method: 'masq', weight: 1, upper: 0, lower: 0 }],
      },
    ],
  };

  test('the table always holds who is up, the fallback exactly when nobody is, and never a real that was never good', () => {
    fc.assert(
      fc.property(configs, events, (first, sequence) => {
        let sim = simulator(first, foreign);
        const everGood = new Set<string>();
        const check = (before?: Table): void => {
          const director = sim.director();
          const table = new Map(sim.table().services.map((service) => [serviceId(service.key), service]));
          expect(table.get('tcp:10.9.9.9:80')).toEqual(foreign.services[0]);
          expect(table.size).toBe(director.config.virtuals.length + 1);
          for (const one of director.config.virtuals) {
            const id = serviceId(one.key);
            expect(table.get(id)).toMatchObject({ scheduler: one.scheduler, persistent: one.persistent });
            const earlier = before?.services.find(({ key }) => serviceId(key) === id)?.destinations;
            const entries = new Map(
              (table.get(id)?.destinations ?? []).map((entry) => [hostPort(entry.address, entry.port), entry]),
            );
            expect(entries.has('127.0.0.1:80')).toBe(one.fallback !== undefined && !anyUp(director, id));
            const members = director.membersByVirtual.get(id) ?? [];
            for (const member of members) {
              const { real: server } = member;
              const { standing } = healthOf(director, member);
              const entry = entries.get(tableName(one, server));
              if (standing === 'up') expect(entry?.weight).toBe(server.weight);
              else if (!one.quiescent) expect(standing === 'down' && entry).toBeFalsy();
              // What nobody has checked yet stays as it was found.
              if (before !== undefined && standing === 'unknown')
                expect(entry).toEqual(
                  earlier?.find(({ address, port }) => hostPort(address, port) === tableName(one, server)),
                );
              if (entry !== undefined && entry.weight > 0) expect(everGood).toContain(server.address);
            }
            const names = new Set(['127.0.0.1:80', ...members.map(({ real: server }) => tableName(one, server))]);
            for (const name of entries.keys()) expect(names).toContain(name);
          }
          // The plan has reached its aim: nothing is left to do.
          expect(plan(director, sim.table(), 'all')).toEqual([]);
        };
        sim.start();
        check();
        for (const event of sequence) {
          const before = sim.table();
          if ('host' in event) {
            if (event.good) everGood.add(`192.168.0.${event.host}`);
            sim.results(`192.168.0.${event.host}`, event.good);
          } else if ('reload' in event) sim.reload(event.reload);
          else {
            // Killed and started again with another file; virtuals that only the old one knew are nobody's now.
            const keep = new Set([...event.restart.virtuals.map(({ key }) => serviceId(key)), 'tcp:10.9.9.9:80']);
            sim = simulator(event.restart, {
              services: sim.table().services.filter(({ key }) => keep.has(serviceId(key))),
            });
            sim.start();
          }
          check('host' in event ? undefined : before);
        }
      }),
      { numRuns: 300 },
    );
  });
});
