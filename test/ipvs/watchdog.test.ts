/** The watchdog and the reboot of failfast on a real kernel (heartbeat reference 9.1, 9.2): softdog in User-Mode Linux. */
import { fileURLToPath } from 'node:url';
import { runInUml } from '../support/uml.js';

test('fed it is quiet, disarmed it stays quiet, hungry it resets the machine; failfast reboots it', async () => {
  const program = fileURLToPath(new URL('./watchdog-inside.js', import.meta.url));
  expect(await runInUml(program, { deadline: 100_000 })).toEqual([
    {
      said: ['notice: Using watchdog device: /run/watchdog', 'debug: Set watchdog timer to 2 seconds.'],
    },
    { survived: true },
    { disarmed: true },
    { reset: 'by the watchdog' },
    'EMERG: Rebooting system.  Reason: /usr/lib/heartbeat/ccm',
    { reset: 'as failfast asked for' },
  ]);
}, 110_000);
