/** What genuine says about core dumps when it enables them (heartbeat reference 9.3). */
import type { Environment } from './environment.js';
import { logged, type StartLine } from './start-line.js';

const COLLIDE = logged(
  'WARN',
  'Core dumps could be lost if multiple dumps occur.',
  'Consider setting non-default value in /proc/sys/kernel/core_pattern (or equivalent) for maximum supportability',
  'Consider setting /proc/sys/kernel/core_uses_pid (or equivalent) to 1 for maximum supportability',
);

/** Three lines when one dump would overwrite another. */
export const coreDumpLines = (env: Environment): readonly StartLine[] => (env.coreDumpsCollide === true ? COLLIDE : []);

/** Whether dumps collide: neither the pattern nor the setting of the kernel puts the process number into their names. */
export const dumpsCollide = (corePattern: string, coreUsesPid: string): boolean =>
  !/%[tp]/.test(corePattern) && coreUsesPid.trim() === '0';
