/**
 * The group run against a model of genuine's ResourceManager, written as the shell script works (heartbeat reference 2.6):
 * whatever the scripts do, the same calls in the same order, the same lines, and the same seconds.
 */
import fc from 'fast-check';
import type { ResourceGroup, ResourceSpec } from '../../../lib/heartbeat/config/model.js';
import { createRun, type RunEvent, runWakeAt, stepRun } from '../../../lib/heartbeat/resources/group-run.js';
import { type Millis, millis } from '../../../lib/time.js';
import { group } from './sample-groups.js';

/** How a script behaves. */
interface Behaviour {
  readonly startsWith: number;
  /** Exit codes of stop, one after the other; the last one stays. */
  readonly stopsWith: readonly number[];
  /** Whether a failed stop leaves it running. */
  readonly clings: boolean;
}

/** Scripts with a memory: what runs, and which stop it is at. */
class World {
  readonly running: Set<string>;
  private readonly stops = new Map<string, number>();
  readonly calls: string[] = [];

  constructor(
    private readonly scripts: ReadonlyMap<string, Behaviour>,
    running: readonly string[],
  ) {
    this.running = new Set(running);
  }

  call(word: string, verb: 'start' | 'stop'): number {
    this.calls.push(`${verb} ${word}`);
    const script = this.scripts.get(word);
    if (script === undefined) return 127;
    if (verb === 'start') {
      if (script.startsWith === 0) this.running.add(word);
      return script.startsWith;
    }
    const turn = this.stops.get(word) ?? 0;
    this.stops.set(word, turn + 1);
    const code = script.stopsWith[Math.min(turn, script.stopsWith.length - 1)] ?? 0;
    if (code === 0 || !script.clings) this.running.delete(word);
    return code;
  }

  isRunning(word: string): boolean {
    this.calls.push(`status ${word}`);
    return this.running.has(word);
  }
}

interface Outcome {
  readonly calls: readonly string[];
  readonly lines: readonly string[];
  readonly seconds: number;
}

const path = ({ agent }: ResourceSpec): string => `/etc/ha.d/resource.d/${agent}`;

/** ResourceManager, one function for each of the shell's. */
const model = (
  action: 'acquire' | 'release',
  groups: readonly ResourceGroup[],
  world: World,
  retries: number,
): Outcome => {
  const lines: string[] = [];
  let seconds = 0;
  const doscript = (resource: ResourceSpec, verb: 'start' | 'stop'): number => {
    lines.push(`info: Running ${path(resource)} ${resource.args.join(' ')} ${verb}`);
    const code = world.call(resource.word, verb);
    if (code !== 0) lines.push(`ERROR: Return code ${code} from ${path(resource)}`);
    return code;
  };
  const named = (one: ResourceGroup): string => [one.node, ...one.resources.map(({ word }) => word)].join(' ');
  const giveupresourcegroup = (one: ResourceGroup): void => {
    lines.push(`info: Releasing resource group: ${named(one)}`);
    for (const resource of [...one.resources].reverse()) {
      let tried = 0;
      let code = doscript(resource, 'stop');
      while ((retries <= 0 || tried < retries) && code !== 0) {
        seconds += 1;
        tried += 1;
        lines.push(`info: Retrying failed stop operation [${resource.word}]`);
        code = doscript(resource, 'stop');
      }
      if (code === 0) continue;
      if (world.isRunning(resource.word)) {
        // Genuine kills itself and reboots here; we cry, and go on with the rest.
        lines.push('CRIT: Resource STOP failure. Reboot required!', 'CRIT: (advice)');
      } else {
        lines.push(
          `ERROR: Resource script for ${resource.word} probably not LSB-compliant.`,
          `WARN: it (${resource.word}) MUST succeed on a stop when already stopped`,
          'WARN: Machine reboot narrowly avoided!',
        );
      }
    }
  };
  const acquireresourcegroup = (one: ResourceGroup): void => {
    lines.push(`info: Acquiring resource group: ${named(one)}`);
    for (const resource of one.resources) {
      if (world.isRunning(resource.word) || doscript(resource, 'start') === 0) continue;
      lines.push(`CRIT: Giving up resources due to failure of ${resource.word}`);
      giveupresourcegroup(one);
      return;
    }
  };
  for (const one of groups) (action === 'acquire' ? acquireresourcegroup : giveupresourcegroup)(one);
  return { calls: world.calls, lines, seconds };
};

/** Ours, driven in virtual time. */
const ours = (
  action: 'acquire' | 'release',
  groups: readonly ResourceGroup[],
  world: World,
  stopRetries: number,
): Outcome => {
  const lines: string[] = [];
  let state = createRun(action, groups);
  let mono = millis(0);
  let event: RunEvent | undefined = { type: 'begin' };
  let over = false;
  while (!over) {
    if (event === undefined) {
      mono = runWakeAt(state) as Millis;
      event = { type: 'wake' };
    }
    const step = stepRun(state, event, { stopRetries }, mono);
    state = step.state;
    event = undefined;
    for (const effect of step.effects) {
      if (effect.type === 'log') lines.push(`${effect.priority}: ${effect.text}`);
      else if (effect.type === 'done') over = true;
      else if (effect.type === 'locate') event = { type: 'located', path: path(effect.resource), running: false };
      else if (effect.type === 'query') {
        event = { type: 'located', path: path(effect.resource), running: world.isRunning(effect.resource.word) };
      } else event = { type: 'ended', code: world.call(effect.resource.word, effect.type) };
    }
  }
  const advice = /^CRIT: .* still runs here, its script could not stop it\..*/;
  return {
    calls: world.calls,
    lines: lines.map((line) => line.replace(advice, 'CRIT: (advice)')),
    seconds: mono / 1000,
  };
};

const WORDS = ['10.0.0.1/24/eth0', 'web::a', 'disk::/dev/sdb1::/data', 'plain', 'mail::b', 'x::y::z'];
const code = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.constantFrom(1, 7, 126, 127, 137));
const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  startsWith: code,
  stopsWith: fc.array(code, { minLength: 1, maxLength: 4 }),
  clings: fc.boolean(),
});

test('the same calls, lines and seconds as the shell script', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('acquire' as const, 'release' as const),
      fc.array(fc.subarray(WORDS, { minLength: 1 }), { minLength: 1, maxLength: 3 }),
      fc.array(behaviour, { minLength: WORDS.length, maxLength: WORDS.length }),
      fc.subarray(WORDS),
      fc.constantFrom(1, 2, 10),
      (action, lines, behaviours, running, retries) => {
        const groups = lines.map((words, index) => group([index % 2 === 0 ? 'lb1' : 'lb2', ...words].join(' ')));
        const scripts = new Map(
          WORDS.map((word, index) => [word, behaviours[index]] as const).flatMap(([word, one]) =>
            one === undefined ? [] : [[word, one] as const],
          ),
        );
        const theirs = model(action, groups, new World(scripts, running), retries);
        expect(ours(action, groups, new World(scripts, running), retries)).toEqual(theirs);
      },
    ),
    { numRuns: 500 },
  );
});

test('fifty groups in the order of the file', () => {
  const groups = Array.from({ length: 50 }, (_, index) => group(`lb1 10.0.1.${index} web::${index}`));
  const scripts = new Map<string, Behaviour>(
    groups.flatMap(({ resources }) =>
      resources.map(({ word }) => [word, { startsWith: 0, stopsWith: [0], clings: false }] as const),
    ),
  );
  for (const action of ['acquire', 'release'] as const) {
    expect(ours(action, groups, new World(scripts, []), 10)).toEqual(model(action, groups, new World(scripts, []), 10));
  }
});
