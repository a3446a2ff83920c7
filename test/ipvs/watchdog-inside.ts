/** Runs in User-Mode Linux: the watchdog of a real kernel, which resets the machine, and then a reboot asked for. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { run } from '../../lib/platform/exec.js';
import { rebootMachine } from '../../lib/platform/reboot.js';
import { openWatchdog } from '../../lib/platform/watchdog.js';
import { millis, seconds } from '../../lib/time.js';

const result = process.env.UML_RESULT ?? '';
const note = (value: unknown): void => appendFileSync(result, `${JSON.stringify(value)}\n`);
const sleep = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));
const shell = async (command: string): Promise<string> =>
  (await run('/bin/sh', ['-c', command], { timeout: seconds(20) })).stdout.trim();

/** How often this machine has been started: the folder of the result outlives it. */
const counter = `${result}.boots`;
const boots = existsSync(counter) ? Number(readFileSync(counter, 'utf8')) : 0;
writeFileSync(counter, String(boots + 1));

const said: string[] = [];
const log = (priority: string, text: string): void => void said.push(`${priority}: ${text}`);

const watch = async (): Promise<void> => {
  // The first watchdog is that of User-Mode Linux itself, which needs a helper on the machine around it.
  await shell('modprobe -d /run/modules softdog soft_margin=60 nowayout=0');
  const numbers = readFileSync('/sys/class/watchdog/watchdog1/dev', 'utf8').trim().replace(':', ' ');
  await shell(`mknod /run/watchdog c ${numbers}`);
  const fed = await openWatchdog('/run/watchdog', millis(1000), log);
  note({ said });
  for (let time = 0; time < 3500; time += 250) {
    fed?.tickle();
    await sleep(250);
  }
  fed?.close();
  note({ survived: true });
  await sleep(2500);
  note({ disarmed: true });
  await openWatchdog('/run/watchdog', millis(1000), log);
  await sleep(15_000);
  note({ never: 'the watchdog has not reset the machine' });
};

if (boots === 0) await watch();
else if (boots === 1) {
  note({ reset: 'by the watchdog' });
  await rebootMachine('/usr/lib/heartbeat/ccm', (priority, text) => note(`${priority}: ${text}`));
  note({ never: 'the machine has not been rebooted' });
} else note({ reset: 'as failfast asked for' });
