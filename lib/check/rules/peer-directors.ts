/** What an ldirectord.cf serves on one node and not on the other. */
import type { Diagnostic } from '../../config/diagnostic.js';
import type { Real, Virtual } from '../../ldirectord/config/model.js';
import { hostPort, realName, serviceId } from '../../ldirectord/names.js';
import type { DirectorFile, Facts, Rule } from '../facts.js';
import { directorDirective, found, placeText, restOfLine, type Said } from '../finding.js';

const SAME: Pick<Said, 'why' | 'fix'> = {
  why: 'after a takeover the other node serves its own table: clients get something else, or nothing.',
  fix: 'copy the file from one node to the other; callback= can do that at each change.',
};

const lacks = (facts: Facts, at: Virtual['at'], name: string, file: string): Diagnostic =>
  found(facts, 'warning', restOfLine(facts, at), {
    code: 'check/peer-service',
    message: `${name} is not in ${file}`,
    ...SAME,
  });

const realText = (real: Real): string => {
  const { method, weight, upper, lower, request, receive } = real;
  return [realName(real), method, weight, request ?? '', receive ?? '', lower, upper].join(' ');
};

const compareReals = (own: Virtual, other: Virtual, facts: Facts): readonly Diagnostic[] => {
  const inOther = new Map(other.reals.map((real) => [realName(real), real]));
  const here = new Set(own.reals.map(realName));
  return [
    ...own.reals.flatMap((real) => {
      const twin = inOther.get(realName(real));
      if (twin === undefined) return [lacks(facts, real.at, `real server ${realName(real)}`, placeText(other.at))];
      if (realText(twin) === realText(real)) return [];
      return [
        found(facts, 'warning', restOfLine(facts, real.at), {
          code: 'check/peer-service',
          message: `the other node has '${restOfLine(facts, twin.at).value}' (${placeText(twin.at)})`,
          ...SAME,
        }),
      ];
    }),
    ...other.reals
      .filter((real) => !here.has(realName(real)))
      .map((real) => lacks(facts, real.at, `real server ${realName(real)}`, placeText(own.at))),
  ];
};

/** Directives whose values decide what clients get, each as a text to compare. */
const VALUES: Readonly<Record<string, (virtual: Virtual) => string>> = {
  scheduler: ({ scheduler, flags }) => [scheduler, flags].join(' ').trim(),
  persistent: ({ persistent }) => String(persistent ?? 'not set'),
  netmask: ({ netmask }) => netmask ?? 'not set',
  fallback: ({ fallback }) =>
    fallback === undefined ? 'not set' : `${hostPort(fallback.address, fallback.port)} ${fallback.method}`,
  checktype: ({ checkType }) => (checkType.kind === 'combined' ? String(checkType.connects) : checkType.kind),
  service: ({ service }) => service,
  checkport: ({ checkPort }) => String(checkPort ?? 'not set'),
  request: ({ request }) => request,
  receive: ({ receive }) => receive,
  quiescent: ({ quiescent }) => (quiescent ? 'yes' : 'no'),
};

const compareValues = (own: Virtual, other: Virtual, facts: Facts): readonly Diagnostic[] =>
  Object.entries(VALUES).flatMap(([name, value]) => {
    const [ours, theirs] = [value(own), value(other)];
    if (ours === theirs) return [];
    const there = directorDirective(facts, other.at, name);
    return [
      found(facts, 'warning', directorDirective(facts, own.at, name), {
        code: 'check/peer-service',
        message: `${serviceId(own.key)}: ${name} is '${ours}' here and '${theirs}' on the other node (${placeText(there.at)})`,
        ...SAME,
      }),
    ];
  });

const compare = (own: DirectorFile, other: DirectorFile, facts: Facts): readonly Diagnostic[] => {
  const there = new Map(other.config.virtuals.map((virtual) => [serviceId(virtual.key), virtual]));
  const here = new Set(own.config.virtuals.map(({ key }) => serviceId(key)));
  return [
    ...own.config.virtuals.flatMap((virtual) => {
      const id = serviceId(virtual.key);
      const twin = there.get(id);
      if (twin === undefined) return [lacks(facts, virtual.at, id, other.path)];
      return [...compareValues(virtual, twin, facts), ...compareReals(virtual, twin, facts)];
    }),
    ...other.config.virtuals
      .filter(({ key }) => !here.has(serviceId(key)))
      .map(({ key, at }) => lacks(facts, at, serviceId(key), own.path)),
  ];
};

/** Virtual services, their settings and their real servers, in whatever order. */
export const directorsOfPeer: Rule = (facts) =>
  facts.directors.flatMap((own) => {
    const other = facts.peer?.directors.find(({ word }) => word === own.word);
    return other === undefined ? [] : compare(own, other, facts);
  });
