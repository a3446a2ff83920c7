/** Kernel settings that a way of forwarding needs. */
import type { Diagnostic } from '../../config/diagnostic.js';
import type { Fallback, Real, Virtual } from '../../ldirectord/config/model.js';
import type { DirectorFile, Facts, Rule } from '../facts.js';
import { found, restOfLine } from '../finding.js';
import { isOwnAddress, servedAddresses } from '../served-addresses.js';

/** What masq needs, by family. */
export const FORWARDING = { ipv4: 'net.ipv4.ip_forward', ipv6: 'net.ipv6.conf.all.forwarding' } as const;
const QUIESCENT_TEMPLATE = 'net.ipv4.vs.expire_quiescent_template';

/** Every setting that the rules look at. */
export const SETTINGS: readonly string[] = [...Object.values(FORWARDING), QUIESCENT_TEMPLATE];

const fixFor = (name: string): string =>
  `sysctl -w ${name}=1, and the line ${name} = 1 in /etc/sysctl.conf, on both nodes.`;

/** The first server, in the order of the file, whose packets the kernel must forward. */
const firstForwarded = (
  { config }: DirectorFile,
  family: Virtual['family'],
  facts: Facts,
): Real | Fallback | undefined =>
  config.virtuals
    .filter((virtual) => virtual.family === family)
    .flatMap(({ reals, fallback }) => [...reals, ...(fallback === undefined ? [] : [fallback])])
    .filter(({ method, address }) => method === 'masq' && !isOwnAddress(facts.machine, address))
    .toSorted((one, other) => one.at.line - other.at.line)[0];

/** With masq the answers of the real servers pass through this machine. */
export const forwarding: Rule = (facts) =>
  facts.directors.flatMap((file) =>
    (['ipv4', 'ipv6'] as const).flatMap((family): readonly Diagnostic[] => {
      const server = firstForwarded(file, family, facts);
      const name = FORWARDING[family];
      const value = facts.machine.settings.get(name);
      if (server === undefined || value === undefined || value !== '0') return [];
      return [
        found(facts, 'error', restOfLine(facts, server.at), {
          code: 'check/forwarding-off',
          message: `masq needs ${name}=1, and it is ${value}`,
          why: 'the kernel drops what the real servers answer, so that no client ever sees a page.',
          fix: fixFor(name),
        }),
      ];
    }),
  );

/** A client of a persistent virtual goes on to its server as long as its template lives, whatever the weight. */
export const quiescentTemplates: Rule = (facts) =>
  facts.directors.flatMap(({ config }) => {
    const virtual = config.virtuals.find(({ quiescent, persistent }) => quiescent && persistent !== undefined);
    const isOff = facts.machine.settings.get(QUIESCENT_TEMPLATE) === '0';
    if (virtual === undefined || !isOff || facts.machine.engine !== 'kernel') return [];
    return [
      found(facts, 'warning', restOfLine(facts, virtual.at), {
        code: 'check/quiescent-template',
        message: `quiescent with persistent needs ${QUIESCENT_TEMPLATE}=1, and it is 0`,
        why: 'a server that is down keeps weight 0, and clients that it has served before are still sent to it.',
        fix: `${fixFor(QUIESCENT_TEMPLATE)} Or quiescent=no.`,
      }),
    ];
  });

/** A director that is a real server as well has the address on lo while the other one serves it. */
export const loopbackAddresses: Rule = (facts) => {
  const { machine, heartbeat } = facts;
  if (machine.openArp.length === 0) return [];
  return servedAddresses(heartbeat?.groups ?? []).flatMap(({ address, resource }): readonly Diagnostic[] => {
    const quiet = machine.addresses.find(
      (entry) => entry.address === address && /^(lo|dummy\d*)$/.test(entry.device) && entry.family === 'ipv4',
    );
    if (quiet === undefined) return [];
    return [
      found(
        facts,
        'warning',
        { value: resource.word, at: resource.at },
        {
          code: 'check/arp-open',
          message: `${address} is on ${quiet.device}, and ${machine.openArp.join(' and ')} make this machine answer for it`,
          why: 'neighbours learn this machine as the owner of the address although the other node serves it.',
          fix: 'net.ipv4.conf.all.arp_ignore = 1 and net.ipv4.conf.all.arp_announce = 2 in /etc/sysctl.conf, or ha-realserver start.',
        },
      ),
    ];
  });
};
