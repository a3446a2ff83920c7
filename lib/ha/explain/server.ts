/** Why a real server of ldirectord is as it is, and who answers instead. Pure. */
import { spanText } from '../../ldirectord/cli/status-table.js';
import type { RealStatus } from '../../ldirectord/live-status.js';
import { maintenanceFolder, maintenanceNames } from '../../ldirectord/maintenance.js';
import { bracketed } from '../../ldirectord/names.js';
import { printable } from '../../ldirectord/printable.js';
import { directive, placeOf, type Server, silence } from './director.js';
import { type Decision, type Explanation, explanation, type Part } from './explanation.js';
import { directorDecision } from './files.js';
import { ago, listed, type Scene } from './scene.js';

const since = ({ service }: Server, iso: string): string => {
  const written = service.director.live?.written;
  return written === undefined ? '' : ` for ${spanText(Date.parse(written) - Date.parse(iso))}`;
};

/** `1 time`, `2 times`. */
export const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

/** Who gets the connections instead. */
const instead = (scene: Scene, server: Server): Part => {
  const { live } = server.service;
  if (live === undefined) return {};
  const up = live.reals.filter((real) => real.state === 'up' && real.weight > 0 && real.server !== server.name);
  if (up.length > 0)
    return { notElsewhere: [`New connections to ${live.service} go to ${listed(up.map((real) => real.server))}.`] };
  if (live.fallback?.active === true)
    return {
      notElsewhere: [`No server of ${live.service} is up: the fallback ${live.fallback.server} stands in.`],
      decidedBy: [directive(scene, server.service, 'fallback')],
    };
  return { notElsewhere: [`No other server of ${live.service} is up, and nobody answers new connections.`] };
};

const failureText = ({ lastFailure, lastCheck }: RealStatus): string => {
  if (lastFailure === null) return 'no cause is known';
  const { cause, text } = lastFailure;
  const took = lastCheck === null ? '' : ` (after ${lastCheck.durationMs} ms)`;
  return `${cause}${text === '' || cause.endsWith(text) ? '' : `: ${printable(text)}`}${took}`;
};

const checkedBy = (scene: Scene, server: Server): readonly Decision[] => [
  ...placeOf(scene, server),
  directive(scene, server.service, 'checktype'),
];

/** The address of an address with a port, without brackets. */
const addressOf = (name: string): string => name.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');

const downPart = (scene: Scene, server: Server, real: RealStatus): Part => {
  const { service } = server;
  const quiescent = service.written?.quiescent;
  const limit = directive(scene, service, 'failurecount');
  const inRow =
    real.failures > 1 || real.failureCount > 1
      ? `It failed ${count(real.failures, 'time')} in a row; failurecount is ${real.failureCount}.`
      : 'The first failure is enough: failurecount is 1.';
  return {
    because: [`Its check (${real.check}) fails: ${failureText(real)}.`, inRow],
    decidedBy: [
      ...checkedBy(scene, server),
      limit,
      ...(quiescent === undefined ? [] : [directive(scene, service, 'quiescent')]),
    ],
    notElsewhere:
      quiescent === undefined
        ? []
        : [
            quiescent
              ? 'With quiescent = yes it stays in the table with weight 0: what is connected goes on.'
              : 'With quiescent = no it is taken out of the table: what is connected is cut off.',
          ],
    wouldChange: [
      `Repair what the check asks for on ${server.name}: one success brings it back, at the next check.`,
      'If the check is wrong and not the server, change request, receive or checktype of the virtual.',
    ],
  };
};

/** Who did it, until when, and why, as its file says. */
const noteTexts = (scene: Scene, { maintenance }: RealStatus): readonly string[] => {
  if (maintenance === null) return [];
  const { by, since: at, deadline, reason } = maintenance;
  const who = by === null ? '' : ` by ${printable(by)}`;
  const when = at === null ? '' : ` ${ago(scene, Date.parse(at))}`;
  return [
    ...(who === '' && when === '' ? [] : [`That was done${who}${when}.`]),
    ...(reason === null ? [] : [`The reason that was given: ${printable(reason)}`]),
    ...(deadline === null ? [] : [`It was to be over at ${deadline}; nothing ends it by itself.`]),
  ];
};

const maintenancePart = (scene: Scene, server: Server, real: RealStatus): Part => {
  const { director, written } = server.service;
  const folder = director.config === undefined ? undefined : maintenanceFolder(director.config);
  const address = addressOf(server.name);
  const port = server.written?.port ?? written?.reals[0]?.port ?? 0;
  const files = maintenanceNames({ address, port }, []).toReversed();
  const isDrained = real.state === 'drained';
  const how = isDrained ? 'it gets no new connections, and those that it has go on' : 'it was taken out by hand';
  return {
    because: [
      `A file of its name is in the maintenance directory${folder === undefined ? '' : ` ${folder}`}: ${how}.`,
      ...noteTexts(scene, real),
    ],
    decidedBy: [directorDecision(scene.files, director.file, 'maintenancedir')],
    wouldChange: [
      `ha ${isDrained ? 'undrain' : 'enable'} ${bracketed(address)} has it back.`,
      `Or remove the file (${files.join(' or ')}, or that of its host name): it is checked again at once.`,
    ],
  };
};

const upPart = (scene: Scene, server: Server, real: RealStatus): Part => {
  const { service } = server;
  const failing: Part =
    real.failures === 0
      ? {}
      : {
          because: [
            `It has failed ${count(real.failures, 'time')} in a row (${failureText(real)}); at ${real.failureCount} it goes down.`,
          ],
          decidedBy: [...checkedBy(scene, server), directive(scene, service, 'failurecount')],
        };
  const refused: Part = real.refused
    ? {
        because: ['The engine refused it, so it gets nothing although it is up: the log of ldirectord says why.'],
        decidedBy: placeOf(scene, server),
        wouldChange: ['See the log of ldirectord for what the engine says, and change the line of the real server.'],
      }
    : {};
  const weightless: Part =
    real.weight === 0
      ? {
          because: ['Its weight is 0: it is up, but gets no new connections.'],
          decidedBy: placeOf(scene, server),
          wouldChange: ['Give it a weight above 0 at the end of its line.'],
        }
      : {};
  const checked =
    real.lastCheck === null ? '' : ` ${ago(scene, Date.parse(real.lastCheck.at))} in ${real.lastCheck.durationMs} ms`;
  const good: Part =
    real.failures > 0
      ? {}
      : {
          because: [`Its check (${real.check}) succeeded${checked}.`],
          decidedBy: checkedBy(scene, server),
        };
  const drain: Part =
    real.refused || real.weight === 0
      ? {}
      : {
          wouldChange: [
            `Before work on it: ha drain ${bracketed(addressOf(server.name))} ends new connections, ha disable all of them.`,
          ],
        };
  return [failing, refused, weightless, good, drain].reduce<Part>(
    (sum, part) => ({
      because: [...(sum.because ?? []), ...(part.because ?? [])],
      decidedBy: [...(sum.decidedBy ?? []), ...(part.decidedBy ?? [])],
      wouldChange: [...(sum.wouldChange ?? []), ...(part.wouldChange ?? [])],
    }),
    {},
  );
};

const unknownPart = (scene: Scene, server: Server, real: RealStatus): Part => ({
  because: [`Its check (${real.check}) has not answered yet.`],
  decidedBy: [...checkedBy(scene, server), directive(scene, server.service, 'checkinterval')],
  wouldChange: ['Wait for the first check.'],
});

const statePart = (scene: Scene, server: Server, real: RealStatus): Part => {
  switch (real.state) {
    case 'up':
      return upPart(scene, server, real);
    case 'down':
      return downPart(scene, server, real);
    case 'maintenance':
    case 'drained':
      return maintenancePart(scene, server, real);
    case 'unknown':
      return unknownPart(scene, server, real);
  }
};

/** How a state is said in a sentence. */
export const STATES: Readonly<Record<RealStatus['state'], string>> = {
  up: 'up',
  down: 'down',
  unknown: 'not checked yet',
  maintenance: 'in maintenance',
  drained: 'drained',
};

/** Explains a real server of a virtual; `all`: every one of that name, as several virtuals may share it. */
export const explainServer = (scene: Scene, server: Server, all: readonly Server[]): Explanation => {
  const { service, name, live } = server;
  const subject = { kind: 'real', name } as const;
  const shared = all.filter((one) => one.service.id !== service.id && one.name === name);
  const elsewhere: Part =
    shared.length === 0
      ? {}
      : {
          because: [
            `It serves ${shared.length === 1 ? 'another virtual' : 'other virtuals'}, too: ${listed(shared.map((one) => `${one.service.id} (${one.live?.state ?? 'state unknown'})`))}; each counts its own failures.`,
          ],
        };
  const quiet = silence(scene, service);
  if (live === undefined) {
    const what = `How ${name} of ${service.id} is cannot be said from here.`;
    return explanation(subject, what, [quiet, { decidedBy: placeOf(scene, server) }, elsewhere]);
  }
  const is = STATES[live.state];
  const span = live.since === null || live.state === 'unknown' ? '' : since(server, live.since);
  const gets = live.state === 'up' && live.weight > 0 && !live.refused;
  const others = gets ? {} : instead(scene, server);
  return explanation(subject, `${name} of ${service.id} is ${is}${span}.`, [
    quiet,
    statePart(scene, server, live),
    others,
    elsewhere,
  ]);
};
