/** What happens around the two programs: a sequence of events after which both must come to rest at the same table. */
import fc from 'fast-check';
import { configText, habits, written } from './config-arbitrary.js';
import { REALS } from './hosts.js';
import type { Written } from './written.js';

/**
 * How a machine behaves. `closed`: its ports refuse; `gone`: nothing comes back, not even to a ping; `silent`: it accepts
 * and says nothing; `slow` answers within every timeout, `late` within none.
 */
export const MODES = ['up', 'closed', 'gone', 'silent', 'wrong-body', 'wrong-status', 'slow', 'late', 'reset'] as const;
export type Mode = (typeof MODES)[number];

/** A change of the table behind the programs' backs; `pick` chooses among the lines that both tables have. */
export interface HandChange {
  readonly what: 'delete-real' | 'weigh-real' | 'delete-virtual' | 'foreign-virtual' | 'foreign-real';
  readonly pick: number;
}

export type WorldEvent =
  | { readonly kind: 'hosts'; readonly modes: Readonly<Record<string, Mode>> }
  | { readonly kind: 'reload'; readonly config: string | undefined; readonly by: 'HUP' | 'reload' | 'force-reload' }
  /** A file that both refuse, a reload that changes nothing, and the way back. */
  | { readonly kind: 'broken'; readonly config: string; readonly next: string }
  | { readonly kind: 'hand'; readonly change: HandChange }
  | { readonly kind: 'restart'; readonly by: 'restart' | 'try-restart' | 'stop-start' | 'kill-start' }
  | { readonly kind: 'status' }
  | { readonly kind: 'start-again' };

export interface WorldCase {
  readonly config: string;
  /** Machines that are not up when the programs start. */
  readonly before: Readonly<Record<string, Mode>>;
  readonly events: readonly WorldEvent[];
}

const weighted = <T>(pairs: readonly (readonly [number, T])[]): fc.Arbitrary<T> =>
  fc.oneof(...pairs.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

const mode = weighted<Mode>([
  [6, 'closed'],
  [6, 'up'],
  [1, 'gone'],
  [1, 'silent'],
  [3, 'wrong-body'],
  [3, 'wrong-status'],
  [2, 'slow'],
  [1, 'late'],
  [2, 'reset'],
]);

/** Addresses that stand in the text, in the order of the world. */
export const hostsIn = (text: string): readonly string[] => {
  const spelled = text.toLowerCase().replaceAll('2001:db8:0:1:0:0:0:2', '2001:db8:0:1::2');
  const names: Readonly<Record<string, string>> = {
    '192.168.0.3': '192.168.0.2->192.168.0.3',
    '192.168.0.5': 'web5.example.test',
    '2001:db8:0:1::3': 'six.example.test',
  };
  return REALS.filter((address) => spelled.includes(names[address] ?? address) || spelled.includes(`=${address}`));
};

/** Only one machine at a time keeps a check waiting: genuine checks one after the other. */
const hostEvent = (hosts: readonly string[]): fc.Arbitrary<WorldEvent> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom(...hosts), mode)
        .map(([host, one]): WorldEvent => ({ kind: 'hosts', modes: { [host]: one } })),
    },
    // All at once, so that the fallback has to serve, and back.
    {
      weight: 2,
      arbitrary: fc
        .constantFrom<Mode>('closed', 'up', 'wrong-status')
        .map((one): WorldEvent => ({ kind: 'hosts', modes: Object.fromEntries(hosts.map((host) => [host, one])) })),
    },
  );

/** A small change of a file: another weight, scheduler or timeout, a virtual or a real less. */
const changed = (config: Written, style: Parameters<typeof configText>[1]): fc.Arbitrary<string> =>
  fc
    .record({
      what: fc.constantFrom('weights', 'scheduler', 'fewer-reals', 'fewer-virtuals', 'quiescent', 'other'),
      other: written,
    })
    .map(({ what, other }) => {
      const each = (change: (section: Written['sections'][number]) => Written['sections'][number]): Written => ({
        ...config,
        sections: config.sections.map(change),
      });
      switch (what) {
        case 'weights':
          return each((section) => ({
            ...section,
            directives: section.directives.map(({ name, value }) => ({
              name,
              value: name.startsWith('real') ? value.replace(/\b(masq|gate|ipip)( \d+)?/, '$1 7') : value,
            })),
          }));
        case 'scheduler':
          return each(({ virtual, directives }) => ({
            virtual,
            directives: [
              ...directives.filter(({ name }) => !/^(scheduler|schedflags|persistent|netmask)$/.test(name)),
              { name: 'scheduler', value: 'lc' },
            ],
          }));
        case 'fewer-reals':
          return each(({ virtual, directives }) => ({
            virtual,
            directives: directives.filter(({ name }, index) => !(index > 0 && /^real/.test(name))),
          }));
        case 'fewer-virtuals':
          return { ...config, sections: config.sections.slice(1) };
        case 'quiescent':
          return { ...config, after: [{ name: 'quiescent', value: config.after.length > 0 ? 'no' : 'yes' }] };
        default:
          return other;
      }
    })
    .map((next) => configText(next, style));

const BREAKS = [
  'nonsense=1\n',
  'virtual=10.0.0.9:80\n    real=192.168.0.1:80 gate\n    checktype=5x\n    service=web\n',
];

const event = (config: Written, style: Parameters<typeof configText>[1]): fc.Arbitrary<WorldEvent> => {
  const text = configText(config, style);
  const hosts = hostsIn(text);
  const maybeChanged = fc.option(changed(config, style), { nil: undefined, freq: 3 });
  return fc.oneof(
    { weight: 12, arbitrary: hostEvent(hosts) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          maybeChanged,
          fc.constantFrom('HUP' as const, 'HUP' as const, 'reload' as const, 'force-reload' as const),
        )
        .map(([next, by]): WorldEvent => ({ kind: 'reload', config: next, by })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...BREAKS), maybeChanged)
        .map(([wrong, next]): WorldEvent => ({ kind: 'broken', config: `${text}${wrong}`, next: next ?? text })),
    },
    {
      weight: 2,
      arbitrary: fc
        .record({
          what: weighted<HandChange['what']>([
            [3, 'delete-real'],
            [3, 'weigh-real'],
            [1, 'delete-virtual'],
            [1, 'foreign-virtual'],
            [1, 'foreign-real'],
          ]),
          pick: fc.nat({ max: 100 }),
        })
        .map((change): WorldEvent => ({ kind: 'hand', change })),
    },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom(
          'restart' as const,
          'try-restart' as const,
          'stop-start' as const,
          'kill-start' as const,
          'kill-start' as const,
        )
        .map((by): WorldEvent => ({ kind: 'restart', by })),
    },
    { weight: 1, arbitrary: fc.constantFrom<WorldEvent>({ kind: 'status' }, { kind: 'start-again' }) },
  );
};

/** A configuration, a world, and one to `most` things that happen. */
export const worldCase = (most: number): fc.Arbitrary<WorldCase> =>
  fc.tuple(written, habits).chain(([config, style]) => {
    const text = configText(config, style);
    return fc.record({
      config: fc.constant(text),
      before: fc.oneof(
        { weight: 3, arbitrary: fc.constant<Readonly<Record<string, Mode>>>({}) },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom(...hostsIn(text)), fc.constantFrom<Mode>('closed', 'wrong-status', 'reset'))
            .map(([host, one]) => ({ [host]: one })),
        },
      ),
      events: fc.array(event(config, style), { minLength: 1, maxLength: most }),
    });
  });

/** What was generated, always the same for a seed. */
export const generateCases = (seed: number, count: number, most = 3): readonly WorldCase[] =>
  fc.sample(worldCase(most), { seed, numRuns: count });
