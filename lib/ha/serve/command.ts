/** `ha serve`: the status page, its figures and its JSON over HTTP, in a process of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, CommanderError } from 'commander';
import { renderDiagnostic } from '../../config/render.js';
import { listen as readListen } from '../../config/suite-values.js';
import { SUITE_VERSION } from '../../version.js';
import { look } from '../status/look.js';
import { type CommandMaker, USAGE, type World } from '../sub-command.js';
import { metricsText } from './metrics.js';
import { pageOf } from './page.js';
import type { ServePlace } from './place.js';
import { type ServeSettings, serveSettings } from './settings.js';
import { createSite } from './site.js';
import { startWatch, type Watch } from './watch.js';

const FAILED = 1;
const NOT_CONFIGURED = 6;

/** The address may be one that another serves on, or one that this machine does not have yet. */
const MAY_CHANGE = ['EADDRINUSE', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'];
const TRY_AGAIN = 5000;

const PIECES = ['page', 'json', 'metrics'] as const;
type Piece = (typeof PIECES)[number];

const HELP = `
Examples:
  ha serve                              on the address of [status] in /etc/ha.d/ha-suite.ini, or 127.0.0.1:8694
  ha serve --listen 10.0.0.1:8694       there; [status] needs user and passwordfile for that
  ha serve --once metrics >ha.prom      for the textfile collector of node_exporter

Exit codes: 0, 1 it cannot listen there, 2 wrong usage, 6 wrong settings in [status].`;

interface Options {
  readonly listen?: string;
  readonly once?: Piece;
}

const pieceOf = (text: string): Piece => {
  const piece = PIECES.find((one) => one === text);
  if (piece === undefined)
    throw new CommanderError(USAGE, 'ha.once', `--once must be one of ${PIECES.join(', ')}, not '${text}'`);
  return piece;
};

const addressOf = (text: string): string => {
  const read = readListen(text);
  if (!read.ok) throw new CommanderError(USAGE, 'ha.listen', `--listen ${read.message}, not '${text}'`);
  return read.value;
};

const printOnce = async (piece: Piece, world: World): Promise<number> => {
  const status = await look(world);
  switch (piece) {
    case 'page':
      world.print(pageOf({ status, events: world.daemons.past(), lateness: new Map() }));
      break;
    case 'json':
      world.print(`${JSON.stringify(status)}\n`);
      break;
    case 'metrics':
      world.print(await metricsText(status, { events: new Map(), watchers: 0 }, SUITE_VERSION));
  }
  return 0;
};

const codeOf = (error: unknown): string => String(Reflect.get(Object(error), 'code'));

type Listener = Awaited<ReturnType<ServePlace['listen']>>;

/** Listens as soon as that is possible; undefined: it never is, which has been told, or nobody wants it any more. */
const listenAtLast = async (
  open: () => Promise<Listener>,
  { listen }: ServeSettings,
  { tell }: ServePlace,
  { interrupted }: World,
): Promise<Listener | undefined> => {
  let told = '';
  while (!interrupted.aborted) {
    try {
      return await open();
    } catch (error) {
      const code = codeOf(error);
      if (!MAY_CHANGE.includes(code)) {
        tell(`cannot listen on ${listen}: ${error instanceof Error ? error.message : code}`);
        return undefined;
      }
      const why = code === 'EADDRINUSE' ? 'something serves there already, perhaps another ha serve' : code;
      if (told !== why) tell(`waiting until ${listen} is free: ${why}`);
      told = why;
      await sleep(TRY_AGAIN, undefined, { signal: interrupted }).catch(() => undefined);
    }
  }
  return undefined;
};

const untilInterrupted = ({ interrupted }: World): Promise<void> =>
  new Promise((resolve) => {
    if (interrupted.aborted) resolve();
    else interrupted.addEventListener('abort', () => resolve(), { once: true });
  });

const serveThere = async (settings: ServeSettings, world: World, place: ServePlace): Promise<number> => {
  let watch: Watch | undefined;
  // Nobody is answered before the daemons have been asked.
  const known = (): Watch => {
    if (watch === undefined) throw new Error('nothing is known yet');
    return watch;
  };
  const site = createSite(settings, known, SUITE_VERSION, place.mono);
  const { host, port, tls, listen } = settings;
  let begun: Promise<Watch> | undefined;
  const server = await listenAtLast(
    () =>
      place.listen({ host, port, tls }, async (request) => {
        watch ??= await begun;
        return site.answer(request);
      }),
    settings,
    place,
    world,
  );
  if (server === undefined) return world.interrupted.aborted ? 0 : FAILED;
  const left = place.stepBack();
  if (left !== undefined) place.tell(left);
  begun = startWatch(world, { onLook: () => watch !== undefined && site.looked(), onEvent: site.happened });
  watch = await begun;
  // Port 0 is any that was free.
  place.tell(`serving http${tls === undefined ? '' : 's'}://${listen.replace(/:\d+$/, `:${server.port}`)}/`);
  await untilInterrupted(world);
  watch.close();
  await server.close();
  return 0;
};

const serve = async ({ listen, once }: Options, world: World): Promise<number> => {
  if (once !== undefined) return printOnce(once, world);
  const place = await world.servePlace();
  try {
    const { value, diagnostics } = place.suite();
    const wrong = diagnostics.filter(({ severity }) => severity === 'error');
    if (wrong.length > 0) {
      for (const one of wrong) place.tell(renderDiagnostic(one));
      return NOT_CONFIGURED;
    }
    const settings = serveSettings(value.status, listen, world.read);
    if (!('problem' in settings)) return await serveThere(settings, world, place);
    place.tell(settings.problem);
    return NOT_CONFIGURED;
  } finally {
    await place.close();
  }
};

/** `ha serve`. */
export const serveCommand: CommandMaker = (choose) =>
  new Command('serve')
    .description('Serves the status page, its figures for Prometheus and its JSON over HTTP.')
    .option('--listen <address:port>', 'there, instead of where [status] of ha-suite.ini says', addressOf)
    .option('--once <piece>', `print one of ${PIECES.join(', ')} and end`, pieceOf)
    .addHelpText('after', HELP)
    .action((options: Options) => choose((world) => serve(options, world)));
