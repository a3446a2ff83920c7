/** How many times longer programs take because of the machine and of what else it does. */
import { spawn } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';

const MOST = 5;
const within = (slowness: number): number => Math.min(MOST, Math.max(1, slowness));

/** The slowness of a machine from its load (processes that want to run) and its processors. Labs themselves need some. */
export const slownessOf = (load: number, processors: number): number => within(load / (2 * processors));

/** The slowness of this machine now for a program that runs already; 1 when it has nothing else to do. */
export const slowness = (): number => slownessOf(loadavg()[0] ?? 0, availableParallelism());

/** So many programs are started one after the other: what genuine agents, which are shell scripts, spend their time with. */
const PROGRAMS = 20;
/** What that takes on a machine of the kind that the limits of the tests are meant for (milliseconds). */
const USUAL = 30;
const SAMPLE = ['-c', `i=0; while [ $i -lt ${PROGRAMS} ]; do /bin/true; i=$((i+1)); done`] as const;
const EVERY = 3_000;

/** The slowness of a machine from the time that starting the sample's programs took (milliseconds). */
export const programSlownessOf = (took: number): number => within(took / USUAL);

let measured = 1;
let asked = Number.NEGATIVE_INFINITY;

const measure = (): void => {
  const begun = performance.now();
  if (begun - asked < EVERY) return;
  asked = begun;
  const child = spawn('/bin/sh', SAMPLE, { stdio: 'ignore' });
  child.unref();
  child.once('exit', () => {
    measured = programSlownessOf(performance.now() - begun);
  });
  // Not even a shell can be started: everything else says so, too.
  child.once('error', () => undefined);
};

/**
 * The slowness of this machine for what starts programs: starting them may be slow where running is not. As it was found a
 * few seconds ago at most if this is asked all the time; the first answer knows the load only.
 */
export const programSlowness = (): number => {
  measure();
  return Math.max(slowness(), measured);
};
