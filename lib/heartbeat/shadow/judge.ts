/** What a shadow makes of the differences between the two: when they are told, and when its own course is given up (pure). */
import { observe } from '../../shadow/differences.js';
import { type Millis, millis, type Now } from '../../time.js';
import { isQuiet } from '../cluster/jobs.js';
import { partner, present } from '../cluster/partner.js';
import { contrasts, HEARTBEAT } from './contrast.js';
import { sameGroups } from './groups.js';
import { isAtRest, isAudible, join } from './join.js';
import { type Contrast, type Course, count, type Shadow, tell, update } from './state.js';
import { type Decision, expire } from './timing.js';
import { lasting } from './words.js';

/** After so long apart from a genuine daemon that is at rest we go on from where it is, or nothing could be compared any more. */
const PATIENCE = 60_000;

/** The genuine daemon counts as silent after its whole dead time; a machine that stood still may need a moment more. */
const MOMENT = millis(1000);

const sinceText = (since: Now): string => new Date(since.wall).toTimeString().slice(0, 8);

const contrastText = (subject: string, { ours, genuine, why }: Contrast): string =>
  subject === HEARTBEAT ? `${subject}: ${ours}, ${genuine}; ${why}` : `${subject}: ${ours} (${why}), ${genuine}`;

/** Compares, and tells what has lasted too long, and what is over. */
export const compare = (course: Course): Course => {
  const { shadow, now } = course;
  if (shadow.cluster === undefined) return course;
  const toleranceOf = (_: Contrast, subject: string): Millis =>
    subject === HEARTBEAT ? MOMENT : shadow.settings.tolerance;
  const seen = observe(shadow.differences, contrasts(shadow, now.mono), toleranceOf, now);
  const ended = seen.ended.reduce(
    (sum, { subject, since, lasted }) =>
      tell(sum, 'info', `Difference over: ${subject}, after ${lasting(lasted)} (since ${sinceText(since)}).`),
    update(course, { differences: seen.differences }),
  );
  return seen.begun.reduce(
    (sum, { subject, what, since }) =>
      tell(sum, 'WARN', `DIFFERENCE since ${sinceText(since)}: ${contrastText(subject, what)}.`),
    ended,
  );
};

/**
 * Decisions that the other one has not taken within the tolerance. What is held is compared as a state, not here; genuine
 * says what it holds when its scripts have ended, so that is waited for longer.
 */
export const missing = (course: Course): Course => {
  const { settings, pending, counts } = course.shadow;
  const isState = ({ key }: Decision): boolean => key.startsWith('holds ');
  const toleranceOf = (one: Decision): Millis =>
    isState(one) ? millis(Math.max(PATIENCE, settings.tolerance)) : settings.tolerance;
  const { pending: left, alone } = expire(pending, toleranceOf, course.now);
  // What the genuine daemon says about it cannot be seen now.
  const audible = isAudible(course.shadow, course.now.mono);
  const telling = alone.filter((one) => !isState(one) && (audible || one.who === 'genuine'));
  const noted = update(course, {
    pending: left,
    counts: { ...counts, alone: counts.alone + telling.length },
  });
  return telling.reduce((sum, { who, at, text: said }) => {
    const [one, other] = who === 'ours' ? ['we', 'the genuine one'] : ['the genuine one', 'we'];
    const line = `DIFFERENCE at ${sinceText(at)}: ${one} decided: ${said}; ${other} did not within ${lasting(settings.tolerance)}.`;
    return tell(sum, 'WARN', line);
  }, noted);
};

/** Whether our machine is somewhere else than the genuine daemon, or waits for an answer to what was never sent. */
const isApart = ({ cluster, genuine, settings }: Shadow): boolean => {
  if (cluster === undefined) return false;
  const { hold, otherStable } = cluster.resources;
  const other = partner(cluster);
  const waits = !isQuiet(cluster) || (present(other) && !otherStable);
  return waits || (genuine.holding !== undefined && !sameGroups(settings.groups, hold, genuine.holding));
};

/** Goes on from where the genuine daemon is when our own course has led elsewhere for long. */
export const considerFollowing = (course: Course): Course => {
  const { shadow, now } = course;
  if (!isApart(shadow)) return shadow.apartSince === undefined ? course : update(course, { apartSince: undefined });
  const since = shadow.apartSince ?? now.mono;
  const noted = update(course, { apartSince: since });
  const patience = Math.max(PATIENCE, 2 * shadow.settings.tolerance);
  if (now.mono - since < patience || !isAtRest(shadow, now.mono)) return noted;
  const counted = count(noted, { followed: shadow.counts.followed + 1 });
  return compare(join(counted, 'Our own course is given up, deciding from where the genuine daemon is'));
};
