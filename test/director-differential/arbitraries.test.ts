/** The generated configurations and worlds are what the differential run needs: valid, varied, and the same for a seed. */
import fc from 'fast-check';
import { hasErrors } from '../../lib/config/diagnostic.js';
import { parseDirectorConfig } from '../../lib/ldirectord/config/parse.js';
import { configText, habits, written } from '../support/director-differential/config-arbitrary.js';
import { worldFacts } from '../support/director-differential/facts.js';
import { PULSE, REALS } from '../support/director-differential/hosts.js';
import { generateTexts } from '../support/director-differential/text-arbitrary.js';
import { generateCases, hostsIn, worldCase } from '../support/director-differential/world.js';

const parse = (text: string) => parseDirectorConfig(text, '/etc/ha.d/test.cf', worldFacts);

test('every generated configuration is valid, and ends with the virtual that gives the pulse', () => {
  fc.assert(
    fc.property(written, habits, (config, style) => {
      const text = configText(config, style);
      const { value, diagnostics } = parse(text);
      expect({ text, errors: diagnostics.filter(({ severity }) => severity === 'error') }).toEqual({
        text,
        errors: [],
      });
      expect(value.virtuals).toHaveLength(config.sections.length + 1);
      const last = value.virtuals.at(-1);
      expect(last?.key).toMatchObject({ protocol: 'tcp', address: PULSE.virtual.split(':')[0] });
    }),
    { numRuns: 500 },
  );
});

test('the world has every machine that a configuration names', () => {
  fc.assert(
    fc.property(written, habits, (config, style) => {
      const text = configText(config, style);
      const named = parse(text).value.virtuals.flatMap(({ reals }) => reals.map(({ address }) => address));
      expect(new Set(named.filter((address) => !address.startsWith('127.9.9.')))).toEqual(new Set(hostsIn(text)));
      expect(hostsIn(text).filter((host) => !REALS.includes(host))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('files that a reload brings are valid, broken ones are not', () => {
  fc.assert(
    fc.property(worldCase(5), ({ events }) => {
      for (const event of events) {
        if (event.kind === 'reload' && event.config !== undefined)
          expect(hasErrors(parse(event.config).diagnostics)).toBe(false);
        if (event.kind === 'broken') expect(hasErrors(parse(event.config).diagnostics)).toBe(true);
        if (event.kind === 'broken') expect(hasErrors(parse(event.next).diagnostics)).toBe(false);
      }
    }),
    { numRuns: 200 },
  );
});

test('a hundred cases hold everything that they should cover', () => {
  const cases = generateCases(1, 100);
  const virtuals = cases.flatMap(({ config }) => parse(config).value.virtuals);
  const kinds = new Set(virtuals.map(({ key, family }) => `${key.protocol} ${family}`));
  expect([...kinds].sort()).toEqual(['fwm ipv4', 'fwm ipv6', 'tcp ipv4', 'tcp ipv6', 'udp ipv4']);
  const checks = new Set(virtuals.map(({ checkType }) => checkType.kind));
  expect([...checks].sort()).toEqual(
    ['combined', 'connect', 'external', 'external-perl', 'negotiate', 'off', 'on', 'ping'].sort(),
  );
  expect(new Set(virtuals.flatMap(({ reals }) => reals.map(({ method }) => method))).size).toBe(3);
  const has = (fits: (virtual: (typeof virtuals)[number]) => boolean): boolean => virtuals.some(fits);
  expect(has(({ quiescent }) => quiescent) && has(({ quiescent }) => !quiescent)).toBe(true);
  expect(has(({ cleanStop }) => !cleanStop)).toBe(true);
  expect(has(({ ops }) => ops) && has(({ persistent }) => persistent !== undefined)).toBe(true);
  expect(has(({ netmask }) => netmask !== undefined) && has(({ flags }) => flags !== undefined)).toBe(true);
  expect(has(({ fallback }) => fallback !== undefined)).toBe(true);
  expect(has(({ fallbackCommand }) => fallbackCommand !== undefined)).toBe(true);
  expect(has(({ reals }) => reals.some(({ upper, lower }) => upper > 0 && lower > 0))).toBe(true);
  expect(has(({ reals }) => reals.some(({ receive }) => receive !== undefined))).toBe(true);
  expect(has(({ failureCount }) => failureCount > 1)).toBe(true);
  const events = new Set(cases.flatMap((one) => one.events.map(({ kind }) => kind)));
  expect([...events].sort()).toEqual(['broken', 'hand', 'hosts', 'reload', 'restart', 'start-again', 'status'].sort());
});

test('the same seed gives the same cases and texts, another one others', () => {
  expect(generateCases(5, 10)).toEqual(generateCases(5, 10));
  expect(generateCases(5, 10)).not.toEqual(generateCases(6, 10));
  expect(generateTexts(5, 100)).toEqual(generateTexts(5, 100));
  expect(generateTexts(5, 100)).not.toEqual(generateTexts(6, 100));
});
