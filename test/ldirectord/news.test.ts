/** What the mails say about the changes of the table: ldirectord reference 5.7. */
import { applyChanges } from '../../lib/ipvs/apply.js';
import { normaliseTable } from '../../lib/ipvs/normalise.js';
import { down, up } from '../../lib/ldirectord/checks/verdict.js';
import type { DirectorConfig, Virtual } from '../../lib/ldirectord/config/model.js';
import { adopt, hear } from '../../lib/ldirectord/director.js';
import { only, type PlannedChange, plan } from '../../lib/ldirectord/plan.js';
import { stopPlan } from '../../lib/ldirectord/stop-plan.js';
import { config, fallback, real, virtual } from './build.js';

const r1 = real('192.168.0.1', 80, { weight: 5 });
const r2 = real('192.168.0.2', 80, { weight: 5 });
const web = (more: Partial<Virtual> = {}): Virtual => virtual('10.0.0.3:80', [r1, r2], more);

/** `out` or `in`, the real (or fallback), the subject. */
const inWords = (planned: readonly PlannedChange[]): readonly string[] =>
  planned.flatMap(({ news }) =>
    news === undefined ? [] : [`${news.isOut ? 'out' : 'in'} ${news.real ?? 'fallback'}: ${news.subject}`],
  );

const simulate = (initial: DirectorConfig) => {
  let actual = normaliseTable({ services: [] });
  let director = adopt(initial, actual);
  const carryOut = (planned: readonly PlannedChange[]): readonly string[] => {
    actual = applyChanges(
      actual,
      planned.map(({ change }) => change),
    ).table;
    return inWords(planned);
  };
  return {
    start: () => carryOut(plan(director, actual, 'all')),
    result: (address: string, good: boolean): readonly string[] => {
      const [probe = ''] = [...director.membersByProbe].find(([, [member]]) => member?.real.address === address) ?? [];
      const heard = hear(director, probe, good ? up() : down('L4REFUSED'));
      director = heard.director;
      return heard.touched.size === 0 ? [] : carryOut(plan(director, actual, only(heard.touched)));
    },
    reload: (next: DirectorConfig) => {
      director = adopt(next, actual, director);
      return carryOut(plan(director, actual, 'all'));
    },
    stop: () => carryOut(stopPlan(director, actual)),
  };
};

test('reals and fallbacks are told of, virtuals are not; a real that is out is marked', () => {
  const sim = simulate(config([web({ fallback: fallback('127.0.0.1', 80) })]));
  expect(sim.start()).toEqual(['in fallback: Added fallback server: 127.0.0.1:80 (10.0.0.3:80) (Weight set to 1)']);
  expect(sim.result('192.168.0.1', true)).toEqual([
    'in 192.168.0.1:80: Added real server: 192.168.0.1:80 (10.0.0.3:80) (Weight set to 5)',
    'in fallback: Deleted fallback server: 127.0.0.1:80 (10.0.0.3:80)',
  ]);
  sim.result('192.168.0.2', true);
  expect(sim.result('192.168.0.1', false)).toEqual([
    'out 192.168.0.1:80: Deleted real server: 192.168.0.1:80 (10.0.0.3:80)',
  ]);
  expect(sim.stop()).toEqual(['in 192.168.0.2:80: Purged real server (stop): 192.168.0.2:80 (10.0.0.3:80)']);
});

test('quiescent servers are out at weight 0 and come back restored', () => {
  const sim = simulate(config([web({ quiescent: true })]));
  sim.start();
  sim.result('192.168.0.1', true);
  expect(sim.result('192.168.0.1', false)).toEqual([
    'out 192.168.0.1:80: Quiescent real server: 192.168.0.1:80 (10.0.0.3:80) (Weight set to 0)',
  ]);
  expect(sim.result('192.168.0.1', true)).toEqual([
    'in 192.168.0.1:80: Restored real server: 192.168.0.1:80 (10.0.0.3:80) (Weight set to 5)',
  ]);
});

test('one that is added again at weight 0 has another line in the log than in its mail', () => {
  const planned = simulate(config([web({ quiescent: true })], { readdQuiescent: true }));
  planned.start();
  expect(planned.result('192.168.0.1', false)).toEqual([
    'out 192.168.0.1:80: Quiescent real server: 192.168.0.1:80 (10.0.0.3:80) (Weight set to 0)',
  ]);
});

test('the server of a mapped port is remembered by its own name', () => {
  const gate = real('192.168.0.1', 8080, { method: 'gate' });
  const sim = simulate(config([virtual('10.0.0.3:80', [gate])]));
  sim.start();
  sim.result('192.168.0.1', true);
  expect(sim.result('192.168.0.1', false)).toEqual([
    'out 192.168.0.1:8080: Deleted real server: 192.168.0.1:80 mapped from 192.168.0.1:8080 (10.0.0.3:80)',
  ]);
});

test('a reload that drops a server purges it, and nobody is reminded of it', () => {
  const sim = simulate(config([web()]));
  sim.start();
  sim.result('192.168.0.1', true);
  expect(sim.reload(config([web({ reals: [r2] })]))).toEqual([
    'in 192.168.0.1:80: Purged real server (start): 192.168.0.1:80 (10.0.0.3:80)',
  ]);
});
