/**
 * Hundreds of generated configuration texts, valid and spoilt: `ldirectord t.cf status` and our parser give the same exit
 * status and the same messages with the same line numbers.
 *
 * HA_SUITE_PARSE_SEED and HA_SUITE_PARSE_RUNS choose others; a failure names its seed.
 */
import { hasErrors } from '../../lib/config/diagnostic.js';
import { startOutput } from '../../lib/ldirectord/config/genuine-text.js';
import { INTENDED_DIFFERENCES } from '../../lib/ldirectord/config/intended-differences.js';
import { parseDirectorConfig } from '../../lib/ldirectord/config/parse.js';
import { parseFacts } from '../support/director-differential/facts.js';
import type { ParseOrder, Verdict } from '../support/director-differential/parse-many.js';
import { generateTexts } from '../support/director-differential/text-arbitrary.js';
import { inNamespace } from '../support/director-golden/namespace.js';
import { withoutPerlWarnings } from '../support/ldirectord-parse-cases.js';

const SEED = Number(process.env.HA_SUITE_PARSE_SEED ?? 2024);
const RUNS = Number(process.env.HA_SUITE_PARSE_RUNS ?? 400);
const LONGEST = 1_200_000;

const PATH = '/etc/ha.d/t.cf';
const parse = (text: string) => parseDirectorConfig(text, PATH, parseFacts);

const ourVerdict = (text: string): Pick<Verdict, 'rc' | 'stderr'> => {
  const { lines, status } = startOutput(parse(text).diagnostics, 4711);
  return {
    rc: status === 2 ? '2' : '3',
    stderr: lines.map((line) => `${line.replace('[4711]', '[PID]')}\n`).join(''),
  };
};
const genuineVerdict = ({ rc, stderr }: Verdict): Pick<Verdict, 'rc' | 'stderr'> => ({
  rc,
  stderr: withoutPerlWarnings(stderr),
});

/**
 * The intended difference that explains another verdict: we accept a line that genuine refuses, so that its error is at
 * the line of our warning, or at an earlier one of the same section, which it looks at when that line has ended it.
 */
const explanation = (text: string, genuine: Pick<Verdict, 'rc' | 'stderr'>): string | undefined => {
  const refusedAt = Number(/at line (\d+): /.exec(genuine.stderr)?.[1] ?? 0);
  const { diagnostics } = parse(text);
  return INTENDED_DIFFERENCES.map(({ id }) => id).find((id) =>
    diagnostics.some(
      ({ code, at }) => code === `ldirectord.cf/${id}` && genuine.rc === '2' && refusedAt > 0 && refusedAt <= at.line,
    ),
  );
};

describe('configuration texts', () => {
  const texts = generateTexts(SEED, RUNS);
  let verdicts: readonly Verdict[] = [];

  beforeAll(async () => {
    const order: ParseOrder = { program: '/usr/sbin/ldirectord', texts };
    verdicts = (await inNamespace('../director-differential/parse-many.js', order, LONGEST)) as readonly Verdict[];
  }, LONGEST);

  test('there are many of them, good and bad', () => {
    expect(texts.length).toBeGreaterThan(RUNS * 0.85);
    const accepted = verdicts.filter(({ rc }) => rc === '3').length;
    expect(accepted).toBeGreaterThan(texts.length / 10);
    expect(verdicts.filter(({ rc }) => rc === '2').length).toBeGreaterThan(texts.length / 5);
    // Nothing died or hung: these are all of them.
    expect(verdicts.filter(({ rc }) => rc !== '2' && rc !== '3')).toEqual([]);
  });

  test('the same verdict, message and line', () => {
    const differing = texts.flatMap((text, index) => {
      const genuine = genuineVerdict(verdicts[index] ?? { rc: 'none', stdout: '', stderr: '' });
      const ours = ourVerdict(text);
      const isSame = genuine.rc === ours.rc && genuine.stderr === ours.stderr;
      return isSame || explanation(text, genuine) !== undefined ? [] : [{ text, genuine, ours }];
    });
    expect({ seed: SEED, differing: differing.slice(0, 5) }).toEqual({ seed: SEED, differing: [] });
  });

  test('what is accepted is said to be stopped, as after every status of a stopped daemon', () => {
    // With supervised=yes the log goes to standard output as well.
    const withoutLog = (stdout: string): string => stdout.replace(/^\[.*\n/gm, '');
    const said = new Set(verdicts.filter(({ rc }) => rc === '3').map(({ stdout }) => withoutLog(stdout)));
    expect([...said]).toEqual([`ldirectord is stopped for ${PATH}\n`]);
  });

  test('few texts need an explanation', () => {
    const explained = texts.filter((text, index) => {
      const verdict = verdicts[index];
      return verdict !== undefined && hasErrors(parse(text).diagnostics) !== (verdict.rc === '2');
    });
    expect(explained.length).toBeLessThan(texts.length / 20);
  });
});
