/** Every configuration that was tried with the genuine program gives its verdict and its messages. */
import { hasErrors } from '../../../lib/config/diagnostic.js';
import { hostAndPort } from '../../../lib/ldirectord/config/addresses.js';
import { startOutput } from '../../../lib/ldirectord/config/genuine-text.js';
import { INTENDED_DIFFERENCES } from '../../../lib/ldirectord/config/intended-differences.js';
import type { Fallback, Real, Virtual } from '../../../lib/ldirectord/config/model.js';
import { parseDirectorConfig } from '../../../lib/ldirectord/config/parse.js';
import { recordedFacts } from '../../support/ldirectord-facts.js';
import {
  intendedDifferences,
  moreParseCases,
  parseCases,
  withoutPerlWarnings,
} from '../../support/ldirectord-parse-cases.js';

const PATH = '/etc/ha.d/t.cf';
const parse = (text: string) => parseDirectorConfig(text, PATH, recordedFacts);
const printed = (text: string): { stderr: string; status: number } => {
  const { lines, status } = startOutput(parse(text).diagnostics, 4711);
  return { stderr: lines.map((line) => `${line.replace('[4711]', '[PID]')}\n`).join(''), status };
};

/** How ldirectord names a service on the ipvsadm command line. */
const serviceWords = ({ key }: Virtual): string => {
  if (key.protocol === 'fwm') return `-f ${key.mark}${key.family === 'ipv6' ? ' -6' : ''}`;
  return `-${key.protocol === 'udp' ? 'u' : 't'} ${hostAndPort(key.address, key.port)}`;
};
const METHODS = { gate: '-g', masq: '-m', ipip: '-i' } as const;

/** The genuine command that would add this virtual (ldirectord reference 3.1). */
const addVirtual = (virtual: Virtual): string => {
  const { key, ops, scheduler, persistent, netmask, flags } = virtual;
  const mask = netmask === undefined ? '' : ` -M ${netmask}`;
  return [
    `-A ${serviceWords(virtual)}`,
    ops && key.protocol === 'udp' ? ' -o' : '',
    ` -s ${scheduler}`,
    persistent === undefined ? '' : ` -p ${persistent}${mask}`,
    flags === undefined ? '' : ` -b ${flags}`,
  ].join('');
};
const addServer = (virtual: Virtual, server: Fallback | Real): string => {
  const { weight, upper, lower } = { weight: 1, upper: 0, lower: 0, ...server };
  const name = hostAndPort(server.address, server.port);
  return `-a ${serviceWords(virtual)} -x ${upper} -y ${lower} -r ${name} ${METHODS[server.method]} -w ${weight}`;
};

describe('configurations tried with the genuine program', () => {
  test('the recording is complete', () => {
    expect(parseCases).toHaveLength(253);
    expect(parseCases.filter(({ exit }) => exit === 2)).toHaveLength(165);
  });

  const refused = parseCases.filter(({ exit, name }) => exit === 2 && !intendedDifferences.has(name));
  test.each(refused)('$name is refused with the same message', ({ config, stderr }) => {
    expect(printed(config)).toEqual({ stderr: withoutPerlWarnings(stderr), status: 2 });
  });

  const accepted = parseCases.filter(({ exit }) => exit === 3);
  test.each(accepted)('$name is accepted with the same warnings', ({ config, stderr }) => {
    expect(printed(config)).toEqual({ stderr: withoutPerlWarnings(stderr), status: 0 });
  });

  test('corners of lines and values: the same verdict and messages', () => {
    const ours = moreParseCases.map(({ name, config }) => ({ name, ...printed(config) }));
    expect(ours).toEqual(
      moreParseCases.map(({ name, exit, stderr }) => ({
        name,
        stderr: withoutPerlWarnings(stderr),
        status: exit === 2 ? 2 : 0,
      })),
    );
    expect(ours.length).toBeGreaterThan(500);
  });

  const started = accepted.filter(({ ipvsadm }) => ipvsadm !== undefined);
  test.each(started)('$name means the same table', ({ config, ipvsadm = [] }) => {
    const { virtuals } = parse(config).value;
    expect(virtuals.map(addVirtual)).toEqual(ipvsadm.filter((line) => line.startsWith('-A')));
    const added = new Set(ipvsadm.filter((line) => line.startsWith('-a')));
    const servers = virtuals.flatMap((virtual) => [
      ...virtual.reals.map((real) => addServer(virtual, real)),
      ...(virtual.fallback === undefined ? [] : [addServer(virtual, virtual.fallback)]),
    ]);
    expect(new Set(servers)).toEqual(added);
  });

  test.each([...intendedDifferences])('%s is an intended difference (%s): accepted with a warning', (name, id) => {
    const found = parseCases.find((each) => each.name === name);
    const { diagnostics } = parse(found?.config ?? '');
    expect(found?.exit).toBe(2);
    expect(hasErrors(diagnostics)).toBe(false);
    expect(diagnostics.map(({ code }) => code)).toContain(`ldirectord.cf/${id}`);
    expect(INTENDED_DIFFERENCES.map((difference) => difference.id)).toContain(id);
  });
});
