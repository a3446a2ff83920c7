/**
 * A report as it goes over the wire, cut to its size: JSON in ASCII, lists in place of objects to keep it short.
 *
 * What does not fit is left out and counted. Files, links and groups come first; then the virtual services, those without
 * a server first; then the real servers, those that are not up first.
 */
import { visible } from '../text/visible.js';
import {
  type Age,
  type DirectorReport,
  type FileReport,
  type GroupReport,
  type LinkReport,
  type LoadReport,
  MAX_REPORT,
  MAX_WORD,
  type NodeReport,
  type RealReport,
  type VirtualReport,
} from './report.js';

/** One line of ASCII: a message carries one byte per character. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Short enough, and without anything that a reader refuses. */
const word = (text: string): string => visible(text.slice(0, MAX_WORD));
const wordOrNull = (text: string | null): string | null => (text === null ? null : word(text));

/** Ages are whole milliseconds; a clock that was set back makes none negative. */
const wholeAge = (age: Age): Age => (age === null || !Number.isFinite(age) ? null : Math.max(0, Math.round(age)));

const linkWire = ({ node, link, status, heardAge }: LinkReport): unknown => [
  word(node),
  word(link),
  Number(status === 'up'),
  wholeAge(heardAge),
];
const groupWire = ({ prefers, group, heldFor }: GroupReport): unknown => [
  word(prefers),
  word(group),
  wholeAge(heldFor),
];
const fileWire = ({ name, digest }: FileReport): unknown => [word(name), digest];
const loadWire = ({ active, inactive, readAge }: LoadReport): unknown => [active, inactive, wholeAge(readAge)];
const realWire = ({ server, state, stateFor, weight, cause, connections }: RealReport): unknown => [
  word(server),
  state,
  wholeAge(stateFor),
  weight,
  wordOrNull(cause),
  connections === null ? null : loadWire(connections),
];
const virtualWire = ({ id, total, up, fallback, reals }: VirtualReport): unknown => [
  word(id),
  total,
  up,
  fallback,
  reals.map(realWire),
];
const directorWire = ({ name, problem, virtuals, virtualsLeft }: DirectorReport): unknown => [
  word(name),
  wordOrNull(problem),
  virtualsLeft,
  virtuals.map(virtualWire),
];

/** An ldirectord as one line of JSON. */
export const directorText = (director: DirectorReport): string => asciiJson(directorWire(director));

const reportJson = ({ number, suite, links, groups, directors, key, files, left }: NodeReport): string =>
  asciiJson({
    n: number,
    suite: word(suite),
    links: links.map(linkWire),
    groups: groups.map(groupWire),
    directors: directors.map(directorWire),
    key,
    files: files.map(fileWire),
    left: [left.links, left.groups, left.directors, left.files],
  });

/** What is left to be spent, in bytes. */
interface Purse {
  left: number;
}

/** With the comma behind it. */
const cost = (wire: unknown): number => asciiJson(wire).length + 1;

/** Takes from the purse what the items cost, as far as it goes; the answer has those that were paid for. */
const bought = <T>(items: readonly T[], purse: Purse, wire: (item: T) => unknown): ReadonlySet<T> => {
  const taken = new Set<T>();
  for (const item of items) {
    const price = cost(wire(item));
    if (price > purse.left) break;
    purse.left -= price;
    taken.add(item);
  }
  return taken;
};

const kept = <T>(items: readonly T[], taken: ReadonlySet<T>): readonly T[] => items.filter((item) => taken.has(item));

const isFine = ({ state }: RealReport): boolean => state === 'up';
const urgency = ({ total, up }: VirtualReport): number => (total > 0 && up === 0 ? 0 : up < total ? 1 : 2);

/** Left out virtuals may come to a number with so many digits more. */
const DIGITS = 8;

const fitDirectors = (directors: readonly DirectorReport[], purse: Purse): readonly DirectorReport[] => {
  const bare = bought(directors, purse, (one) => directorWire({ ...one, virtuals: [], virtualsLeft: 10 ** DIGITS }));
  const present = kept(directors, bare);
  const virtuals = present.flatMap((director) => director.virtuals).toSorted((a, b) => urgency(a) - urgency(b));
  const heads = bought(virtuals, purse, (one) => virtualWire({ ...one, reals: [] }));
  const reals = virtuals.filter((one) => heads.has(one)).flatMap((one) => one.reals);
  const shown = bought([...reals.filter((one) => !isFine(one)), ...reals.filter(isFine)], purse, realWire);
  return present.map((director) => {
    const fitting = kept(director.virtuals, heads);
    return {
      ...director,
      virtuals: fitting.map((virtual) => ({ ...virtual, reals: kept(virtual.reals, shown) })),
      virtualsLeft: director.virtualsLeft + director.virtuals.length - fitting.length,
    };
  });
};

/** The ldirectord with as much as goes into `limit` bytes. */
export const fitDirector = (director: DirectorReport, limit: number): DirectorReport =>
  fitDirectors([director], { left: limit })[0] ?? { ...director, virtuals: [], virtualsLeft: director.virtuals.length };

/** The report with as much as goes into `limit` bytes. */
export const fitReport = (report: NodeReport, limit: number = MAX_REPORT): NodeReport => {
  const { links, groups, directors, files, left } = report;
  const room = (count: number): number => count + 10 ** DIGITS;
  const frame: NodeReport = {
    ...report,
    ...{ links: [], groups: [], directors: [], files: [] },
    left: {
      ...{ links: room(left.links), groups: room(left.groups) },
      ...{ directors: room(left.directors), files: room(left.files) },
    },
  };
  const purse: Purse = { left: limit - reportJson(frame).length };
  const fitting = {
    files: kept(files, bought(files, purse, fileWire)),
    links: kept(links, bought(links, purse, linkWire)),
    groups: kept(groups, bought(groups, purse, groupWire)),
    directors: fitDirectors(directors, purse),
  };
  return {
    ...report,
    ...fitting,
    left: {
      links: left.links + links.length - fitting.links.length,
      groups: left.groups + groups.length - fitting.groups.length,
      directors: left.directors + directors.length - fitting.directors.length,
      files: left.files + files.length - fitting.files.length,
    },
  };
};

/** The text of a report, never longer than {@link MAX_REPORT} bytes. */
export const reportText = (report: NodeReport): string => reportJson(fitReport(report));

/** What a report says, without numbers, ages and connections: as long as this is the same, nothing has happened. */
export const substance = (report: NodeReport): string =>
  reportJson({
    ...report,
    number: 0,
    links: report.links.map((link) => ({ ...link, heardAge: null })),
    groups: report.groups.map((group) => ({ ...group, heldFor: null })),
    directors: report.directors.map((director) => ({
      ...director,
      virtuals: director.virtuals.map((virtual) => ({
        ...virtual,
        reals: virtual.reals.map((real) => ({ ...real, stateFor: null, connections: null })),
      })),
    })),
  });
