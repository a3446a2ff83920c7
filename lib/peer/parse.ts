/** Reads what another node tells. Total: anything that is not exactly a report is none, whoever has sent it. */
import type { RealState } from '../ldirectord/live-status.js';
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

/** Thrown inside this file only. */
class Malformed extends Error {}

const refuse = (): never => {
  throw new Malformed();
};

const word = (value: unknown): string =>
  typeof value === 'string' && value.length <= MAX_WORD && visible(value) === value ? value : refuse();

const whole = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : refuse();

const orNull =
  <T>(read: (value: unknown) => T) =>
  (value: unknown): T | null =>
    value === null ? null : read(value);

const age: (value: unknown) => Age = orNull(whole);

const listOf =
  <T>(read: (value: unknown) => T) =>
  (value: unknown): readonly T[] =>
    Array.isArray(value) ? value.map(read) : refuse();

/** A list with exactly so many members. */
const members = (value: unknown, count: number): readonly unknown[] =>
  Array.isArray(value) && value.length === count ? value : refuse();

const STATES: readonly RealState[] = ['up', 'down', 'unknown', 'maintenance', 'drained'];

const readState = (value: unknown): RealState => STATES.find((state) => state === value) ?? refuse();
const readFlag = (value: unknown): boolean => (typeof value === 'boolean' ? value : refuse());

const readLink = (value: unknown): LinkReport => {
  const [node, link, status, heardAge] = members(value, 4);
  if (status !== 0 && status !== 1) return refuse();
  return { node: word(node), link: word(link), status: status === 1 ? 'up' : 'dead', heardAge: age(heardAge) };
};

const readGroup = (value: unknown): GroupReport => {
  const [prefers, group, heldFor] = members(value, 3);
  return { prefers: word(prefers), group: word(group), heldFor: age(heldFor) };
};

const readLoad = (value: unknown): LoadReport => {
  const [active, inactive, readAge] = members(value, 3);
  return { active: whole(active), inactive: whole(inactive), readAge: age(readAge) };
};

const readReal = (value: unknown): RealReport => {
  const [server, state, stateFor, weight, cause, connections] = members(value, 6);
  return {
    ...{ server: word(server), state: readState(state), stateFor: age(stateFor), weight: whole(weight) },
    ...{ cause: orNull(word)(cause), connections: orNull(readLoad)(connections) },
  };
};

const readVirtual = (value: unknown): VirtualReport => {
  const [id, total, up, fallback, reals] = members(value, 5);
  const virtual = {
    ...{ id: word(id), total: whole(total), up: whole(up), fallback: orNull(readFlag)(fallback) },
    reals: listOf(readReal)(reals),
  };
  return virtual.up <= virtual.total && virtual.reals.length <= virtual.total ? virtual : refuse();
};

const readDirector = (value: unknown): DirectorReport => {
  const [name, problem, virtualsLeft, virtuals] = members(value, 4);
  return {
    ...{ name: word(name), problem: orNull(word)(problem), virtualsLeft: whole(virtualsLeft) },
    virtuals: listOf(readVirtual)(virtuals),
  };
};

const readFile = (value: unknown): FileReport => {
  const [name, digest] = members(value, 2);
  return typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest) ? { name: word(name), digest } : refuse();
};

const readReport = (value: unknown): NodeReport => {
  const field = (name: string): unknown => Reflect.get(Object(value), name);
  const [links, groups, directors, files] = members(field('left'), 4).map(whole);
  return {
    number: whole(field('n')),
    suite: word(field('suite')),
    links: listOf(readLink)(field('links')),
    groups: listOf(readGroup)(field('groups')),
    directors: listOf(readDirector)(field('directors')),
    key: whole(field('key')),
    files: listOf(readFile)(field('files')),
    left: { links: links ?? 0, groups: groups ?? 0, directors: directors ?? 0, files: files ?? 0 },
  };
};

/** The size bounds the counts: everything in a report takes some bytes. */
const parsed = <T>(text: string, read: (value: unknown) => T): T | undefined => {
  if (text.length > MAX_REPORT) return undefined;
  try {
    return read(JSON.parse(text));
  } catch (error) {
    if (error instanceof Malformed || error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** The report in a message of the cluster; undefined when it is none. Never throws. */
export const parseReport = (text: string): NodeReport | undefined => parsed(text, readReport);

/** What an ldirectord of this machine answers; undefined when it is none. Never throws. */
export const parseDirector = (text: string): DirectorReport | undefined => parsed(text, readDirector);
