/** When a failed file of lab tests tells nothing about the suite: the machine stood still, or a genuine program lost a message. */

const INTERVAL = 50;
/** Standing still for longer than this disturbs timers of the daemons in ways that no limit can foresee (milliseconds). */
const DISTURBING = 500;

/** Watches the machine from a process that does nothing else; `times` lists from when to when it did not come to run. */
export const watchStandstills = () => {
  const times = [];
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - last > DISTURBING) times.push({ from: last, to: now });
    last = now;
  }, INTERVAL);
  return { times, stop: () => clearInterval(timer) };
};

/**
 * What the genuine daemon says when it takes a message of which its own script has only written the first line for an empty
 * one: the message, often the one that starts its resources, is lost. Ours has no such line.
 */
const LOST_BY_GENUINE = 'ERROR: msg2string: Message with zero fields';

/** Why the failures of a file do not count; undefined: they do. */
export const whyVoid = ({ failed, begun, ended, complaint }, standstills) => {
  if (failed === 0) return undefined;
  if (complaint.includes(LOST_BY_GENUINE)) return 'a genuine daemon lost a message of its own script';
  const longest = Math.max(
    0,
    ...standstills.filter(({ from, to }) => to > begun && from < ended).map(({ from, to }) => to - from),
  );
  return longest === 0 ? undefined : `the machine stood still for ${(longest / 1000).toFixed(2)} s`;
};
