/** Reboots this machine, for a failfast program that has died. */
import type { Log } from '../log.js';
import { millis, seconds } from '../time.js';
import { findProgram, run } from './exec.js';
import { errorText, loadNative } from './native.js';

/** linux/reboot.h: LINUX_REBOOT_CMD_RESTART. */
const RESTART = 0x01234567;

/** Why this process must never reboot the machine it runs on; undefined when it may. */
export const rebootRefused = (environment: Readonly<Record<string, string | undefined>>): string | undefined => {
  if (environment.JEST_WORKER_ID !== undefined) return 'this is a test';
  return environment.HA_SUITE_NO_REBOOT === undefined ? undefined : 'HA_SUITE_NO_REBOOT is set';
};

/**
 * As genuine does it (seen with strace): write the disks' caches, 200 ms of grace for that, reboot(2), and reboot(8) if
 * that is refused. Unlike there a disk that hangs does not hold the reboot up. Resolves only when nothing helped.
 */
export const rebootMachine = async (reason: string, log: Log): Promise<void> => {
  log('EMERG', `Rebooting system.  Reason: ${reason}`);
  const refused = rebootRefused(process.env);
  if (refused !== undefined) {
    log('EMERG', `No reboot: ${refused}.`);
    return;
  }
  const sync = findProgram('sync');
  if (sync !== undefined) void run(sync, [], { timeout: seconds(5) });
  await new Promise((resolve) => setTimeout(resolve, millis(200)));
  const native = await loadNative();
  const result = native?.reboot(RESTART);
  if (result !== undefined && result < 0) log('EMERG', `reboot(2) is refused: ${errorText(result)}`);
  const program = findProgram('reboot');
  const answer = program === undefined ? undefined : await run(program, ['-nf'], { timeout: seconds(10) });
  log(
    'EMERG',
    `ALL REBOOT OPTIONS FAILED: /sbin/reboot -nf returned ${answer?.code ?? answer?.startError ?? 'nothing'}`,
  );
};
