import { chooseEngine, effectiveChoice, openEngine } from '../../../lib/ipvs/engines/open.js';

const logOf = () => {
  const lines: string[] = [];
  return { lines, log: (priority: string, text: string) => void lines.push(`${priority}: ${text}`) };
};

test.each([
  ['auto', undefined, 'auto'],
  ['kernel', undefined, 'kernel'],
  ['kernel', '', 'kernel'],
  ['kernel', 'nft', 'nft'],
  ['nft', 'auto', 'auto'],
] as const)('configured %s, environment %s: %s', (configured, word, expected) => {
  const { lines, log } = logOf();
  expect(effectiveChoice(configured, { HA_SUITE_IPVS_ENGINE: word }, log)).toBe(expected);
  expect(lines).toEqual([]);
});

test('an unknown word in the environment is said and ignored', () => {
  const { lines, log } = logOf();
  expect(effectiveChoice('nft', { HA_SUITE_IPVS_ENGINE: 'iptables' }, log)).toBe('nft');
  expect(lines).toEqual(['WARN: HA_SUITE_IPVS_ENGINE=iptables is none of auto, kernel, nft: ignored']);
});

test('auto says what it found', async () => {
  const { lines, log } = logOf();
  const choice = await chooseEngine({ choice: 'auto', log, environment: {} });
  expect(lines).toEqual([expect.stringMatching(new RegExp(`^info: ipvs engine: ${choice} \\(.*ip_vs.*\\)$`))]);
});

test('opens what is chosen', async () => {
  const { log } = logOf();
  expect((await openEngine({ choice: 'kernel', log, environment: {} })).name).toBe('kernel');
  expect((await openEngine({ choice: 'kernel', log, environment: { HA_SUITE_IPVS_ENGINE: 'nft' } })).name).toBe('nft');
});
