/** Why a real server of ldirectord is as it is, and who answers instead. Pure. */
import { spanText } from '../../ldirectord/cli/status-table.js';
import type { RealStatus } from '../../ldirectord/live-status.js';
import { maintenanceNames } from '../../ldirectord/maintenance.js';
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

const maintenancePart = (scene: Scene, server: Server): Part => {
  const { director, written } = server.service;
  const folder = director.config?.maintenanceDirectory;
  const [, address = server.name] = /^(.*):\d+$/.exec(server.name) ?? [];
  const plain = address.replace(/^\[(.*)\]$/, '$1');
  const names = maintenanceNames({ address: plain, port: server.written?.port ?? written?.reals[0]?.port ?? 0 }, []);
  return {
    because: [
      `A file of its name is in the maintenancedir${folder === undefined ? '' : ` ${folder}`}: it was taken out by hand.`,
    ],
    decidedBy: [directorDecision(scene.files, director.file, 'maintenancedir')],
    wouldChange: [
      `Remove the file (${names.toReversed().join(' or ')}${folder === undefined ? '' : ` in ${folder}`}, or that of its host name): it is checked again at once.`,
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
            service.director.config?.maintenanceDirectory === undefined
              ? 'To take it out for work, set its weight to 0, or set maintenancedir and put a file of its name there.'
              : `To take it out for work: touch ${service.director.config.maintenanceDirectory}/${server.name}`,
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
      return maintenancePart(scene, server);
    case 'unknown':
      return unknownPart(scene, server, real);
  }
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
  const is =
    live.state === 'unknown' ? 'not checked yet' : live.state === 'maintenance' ? 'in maintenance' : live.state;
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
