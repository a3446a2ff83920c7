/** `ha notify`: tells those whom `[notify NAME]` of ha-suite.ini names of what happens. */
import { Command } from 'commander';
import { hasErrors } from '../config/diagnostic.js';
import type { NotifyConfig } from '../config/notify.js';
import { renderDiagnostic } from '../config/render.js';
import { suggest } from '../config/suggest.js';
import type { HaEvent } from '../events/event.js';
import { followAll } from '../ha/events/follow.js';
import { type CommandMaker, USAGE, type World } from '../ha/sub-command.js';
import { millis } from '../time.js';
import { createNotifier } from './notifier.js';
import type { NotifyPlace } from './place.js';

const FAILED = 1;
const NOT_CONFIGURED = 6;

const HELP = `
Heartbeat starts it when /etc/ha.d/ha-suite.ini has a [notify NAME]; a machine with ldirectord alone starts it by hand.

Examples:
  ha notify --test admins       sends one notification by that way, and says whether it arrived
  ha notify                     tells of what happens, until it is stopped

Exit codes: 0, 1 the test did not arrive, 2 wrong usage, 6 no [notify NAME], or a wrong one.`;

interface Options {
  readonly test?: string;
}

const testEvent = (host: string, wall: number): HaEvent => ({
  ...{ node: host, program: 'heartbeat', instance: '', run: 0, seq: 0, mono: millis(0), wall: millis(wall) },
  ...{ type: 'daemon', change: 'started', cause: 'this is only a test of ha notify' },
});

const test = async (
  name: string,
  all: readonly NotifyConfig[],
  { complain, print, wall }: World,
  { send, host }: NotifyPlace,
): Promise<number> => {
  const config = all.find((one) => one.name === name);
  if (config === undefined) {
    const names = all.map((one) => one.name);
    const nearest = suggest(name, names);
    const hint = nearest === undefined ? `there are ${names.join(', ')}` : `did you mean '${nearest}'?`;
    complain(`ha: there is no [notify ${name}] (${hint})\n`);
    return USAGE;
  }
  const problem = await send(config.way, { events: [testEvent(host, wall())], dropped: 0 });
  if (problem === undefined) print(`notify ${name}: sent\n`);
  else complain(`ha: notify ${name}: ${problem}\n`);
  return problem === undefined ? 0 : FAILED;
};

/** `runs`: it goes on, and logs. */
type FindPlace = (runs: boolean, complain: (text: string) => void) => Promise<NotifyPlace>;

const notify = async ({ test: name }: Options, world: World, findPlace: FindPlace): Promise<number> => {
  const place = await findPlace(name === undefined, world.complain);
  const { value, diagnostics } = place.suite();
  if (hasErrors(diagnostics)) {
    world.complain(diagnostics.map((one) => `${renderDiagnostic(one)}\n`).join(''));
    return NOT_CONFIGURED;
  }
  const { notifications } = value;
  if (notifications.length === 0) {
    world.complain('ha: /etc/ha.d/ha-suite.ini has no [notify NAME]: nobody is told, see ha-suite.ini(5)\n');
    return NOT_CONFIGURED;
  }
  if (name !== undefined) return test(name, notifications, world, place);
  const notifiers = notifications.map((config) => createNotifier(config, place));
  place.log('info', `telling of what happens: ${notifications.map((one) => one.name).join(', ')}`);
  const hear = (event: HaEvent): void => {
    for (const notifier of notifiers) notifier.hear(event);
  };
  await followAll(world, hear, world.interrupted, (time) => place.sleep(time, world.interrupted));
  await Promise.all(notifiers.map(({ finish }) => finish()));
  await place.close();
  return 0;
};

/** `ha notify`, in the place that is found when it begins. */
export const notifyCommand =
  (findPlace: FindPlace): CommandMaker =>
  (choose) =>
    new Command('notify')
      .description('Tells people and programs of what happens, as the [notify NAME] sections of ha-suite.ini say.')
      .option('--test <name>', 'send one notification by that way, and nothing else')
      .addHelpText('after', HELP)
      .action((options: Options) => choose((world) => notify(options, world, findPlace)));
