/** A difference of the tables in words: what each has, why we would have it so, what it may mean (pure). */
import type { Destination } from '../../ipvs/model.js';
import type { EndedDifference, OpenDifference } from '../../shadow/differences.js';
import type { Now } from '../../time.js';
import { dateText } from '../cli/log-line.js';
import { spanText } from '../cli/status-table.js';
import { type Director, healthOf, type Member } from '../director.js';
import type { History } from '../history.js';
import type { MaintenanceNote } from '../maintenance-note.js';
import { realName, serviceId, tableName } from '../names.js';
import { printable } from '../printable.js';
import type { Mismatch, Settings } from './compare.js';
import type { Genuine, SummaryStatus } from './model.js';

/** What is known when something is put into words. */
export interface Scene {
  readonly director: Director;
  readonly history: Pick<History, 'lastCheck' | 'lastFailure'>;
  readonly maintenanceOf: (member: Member) => MaintenanceNote | undefined;
  readonly genuine: Genuine;
  readonly now: Now;
}

const settingsText = ({ scheduler, flags, persistent, netmask, ops }: Settings): string =>
  [
    `scheduler ${scheduler}`,
    ...(flags.length === 0 ? [] : [`flags ${flags.join(',')}`]),
    ...(persistent === undefined ? [] : [`persistent ${persistent}`]),
    ...(netmask === undefined ? [] : [`netmask ${netmask}`]),
    ...(ops ? ['ops'] : []),
  ].join(' ');

const destinationText = ({ method, weight, upper, lower }: Destination): string =>
  `${method} weight ${weight}${upper === 0 && lower === 0 ? '' : ` thresholds ${lower} to ${upper}`}`;

/** What one of the tables has there: `masq weight 1`, `scheduler wrr persistent 600`; undefined: nothing. */
export const entryText = (mismatch: Mismatch, side: 'theirs' | 'ours'): string | undefined => {
  if (mismatch.kind === 'virtual') return mismatch[side] === undefined ? undefined : settingsText(mismatch[side]);
  return mismatch[side] === undefined ? undefined : destinationText(mismatch[side]);
};

const isFallback = ({ config }: Director, { virtualId, server }: Extract<Mismatch, { kind: 'server' }>): boolean =>
  config.virtuals.some(
    (virtual) =>
      serviceId(virtual.key) === virtualId &&
      virtual.fallback !== undefined &&
      tableName(virtual, virtual.fallback) === server,
  );

const groupOf = (director: Director, { virtualId, server }: Extract<Mismatch, { kind: 'server' }>) =>
  director.places.get(virtualId)?.get(server) ?? [];

/** `real server 192.168.0.1:80 of tcp:10.0.0.3:80`. */
export const subjectText = (director: Director, mismatch: Mismatch): string => {
  if (mismatch.kind === 'virtual') return `virtual server ${mismatch.virtualId}`;
  const isSpare = groupOf(director, mismatch).length === 0 && isFallback(director, mismatch);
  return `${isSpare ? 'fallback' : 'real'} server ${mismatch.server} of ${mismatch.virtualId}`;
};

const isConfigured = ({ config }: Director, virtualId: string): boolean =>
  config.virtuals.some(({ key }) => serviceId(key) === virtualId);

const memberText = ({ director, history, maintenanceOf, now }: Scene, member: Member): string => {
  const note = maintenanceOf(member);
  if (note !== undefined) return `a file in the maintenance directory says ${note.mode}`;
  const last = history.lastCheck(member.probe);
  if (last === undefined) return 'it has not been checked yet';
  const ago = `${spanText(now.wall - last.at)} ago`;
  if (last.result === 'up') return `our check has succeeded ${ago}`;
  const { failures, standing } = healthOf(director, member);
  const text = printable((history.lastFailure(member.probe)?.text ?? '').replace(/^500 /, ''));
  const words = text === '' ? '' : ` (${text})`;
  const count =
    standing === 'up' && failures > 0 ? `, failure ${failures} of ${member.virtual.failureCount}, still up` : '';
  return `our check has failed ${ago}, ${last.cause ?? 'no cause'}${words}${count}`;
};

/** Why we would have it so. */
export const whyOurs = (scene: Scene, mismatch: Mismatch): string => {
  const { director } = scene;
  if (!isConfigured(director, mismatch.virtualId)) return 'the configuration no longer has this virtual server';
  if (mismatch.kind === 'virtual') return `${director.config.path} says so`;
  const group = groupOf(director, mismatch);
  const chosen = group.find((member) => healthOf(director, member).standing === 'up') ?? group[0];
  if (chosen !== undefined) return memberText(scene, chosen);
  if (isFallback(director, mismatch))
    return mismatch.ours === undefined ? 'a real server is up' : 'no real server is up';
  return 'the configuration has no such server';
};

const READ_ANEW = 'only one of the two has read the present configuration (reload both)';

const weightOf = (destination: Destination | undefined): number => destination?.weight ?? 0;

const serverMeaning = (director: Director, mismatch: Extract<Mismatch, { kind: 'server' }>): string => {
  const group = groupOf(director, mismatch);
  const [theirs, ours] = [weightOf(mismatch.theirs), weightOf(mismatch.ours)];
  if (group.length === 0)
    return isFallback(director, mismatch)
      ? 'the two do not agree whether a real server is up'
      : `somebody has added it by hand, or ${READ_ANEW}`;
  const real = group[0] === undefined ? mismatch.server : realName(group[0].real);
  const see = `"ldirectord -d" shows what the genuine check of ${real} says`;
  if (ours > 0 && theirs === 0)
    return `the genuine check fails where ours succeeds, or somebody has taken it out by hand; ${see}`;
  if (theirs > 0 && ours === 0)
    return `the genuine check succeeds where ours fails, or somebody has put it in by hand; ${see}`;
  if (theirs === 0 && ours === 0)
    return 'both give it no new connections; a server that is down is quiesced by one and removed by the other';
  return `somebody has changed it by hand, or ${READ_ANEW}`;
};

/** What the difference may mean, in the order of what is to be looked at first. */
export const meaningOf = ({ director, genuine }: Scene, mismatch: Mismatch): string => {
  if (genuine.state === 'absent')
    return 'no ldirectord with a pid file runs for this configuration, so that nobody keeps the table';
  if (genuine.state === 'still')
    return `the genuine ldirectord (pid ${genuine.pid}) is halted by a signal and decides nothing`;
  if (mismatch.kind === 'server') return serverMeaning(director, mismatch);
  if (mismatch.theirs === undefined) return `somebody has deleted it by hand, or ${READ_ANEW}`;
  if (mismatch.ours === undefined) return READ_ANEW;
  return `somebody has changed it by hand, or ${READ_ANEW}`;
};

const hasIt = (text: string | undefined): string => (text === undefined ? 'does not have it' : `has ${text}`);
const wouldHave = (text: string | undefined): string =>
  text === undefined ? 'would not have it' : `would have ${text}`;

/** The line about a difference that has lasted too long. */
export const begunText = (scene: Scene, { what, since }: OpenDifference<Mismatch>): string =>
  [
    `Difference: ${subjectText(scene.director, what)}`,
    ` for ${spanText(scene.now.mono - since.mono)} (since ${dateText(new Date(since.wall))}):`,
    ` the table ${hasIt(entryText(what, 'theirs'))}, ldirectord-ts ${wouldHave(entryText(what, 'ours'))}`,
    ` because ${whyOurs(scene, what)}.`,
    ` It could mean: ${meaningOf(scene, what)}`,
  ].join('');

/** The line about one that is over. */
export const endedText = (scene: Scene, { what, lasted }: EndedDifference<Mismatch>): string =>
  `Difference is over: ${subjectText(scene.director, what)}, after ${spanText(lasted)}`;

const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;

/** Once a day and at the end. */
export const summaryText = (summary: SummaryStatus): string => {
  const { watchedMs, comparedMs, checks, tableChanges, decisions, differences, longestMs } = summary;
  const longest = differences === 0 ? '' : `, the longest of ${spanText(longestMs)}`;
  const passing =
    summary.passing === 0
      ? 'none passed within the tolerance'
      : `${summary.passing} passed within the tolerance, the longest of ${spanText(summary.longestPassingMs)}`;
  return [
    `Summary: watched for ${spanText(watchedMs)}, compared for ${spanText(comparedMs)}`,
    `${count(checks, 'check')}, ${count(tableChanges, 'change')} of the table, ${count(decisions, 'change')} by ldirectord-ts`,
    `${count(differences, 'difference')}${longest}; ${passing}`,
  ].join('; ');
};

/** What the log says when a configuration is in force; `most`: the longest tolerance that it allows for, in milliseconds. */
export const limitText = (most: number): string =>
  'Watching beside the genuine ldirectord, and changing nothing. A difference is told when it lasts longer than genuine ' +
  `may need to see what we see: ${Math.ceil(most / 1000)} s at most, less while the servers answer fast`;
