/** Why a virtual service or a fallback of ldirectord is as it is. Pure. */
import type { FallbackStatus, RealStatus } from '../../ldirectord/live-status.js';
import { directive, type Service, silence, virtualPlace } from './director.js';
import { type Explanation, explanation, type Part } from './explanation.js';
import { listed, type Scene } from './scene.js';
import { count, STATES } from './server.js';

/** Explains a fallback server. */
export const explainFallback = (scene: Scene, service: Service, fallback: FallbackStatus): Explanation => {
  const subject = { kind: 'fallback', name: fallback.server } as const;
  const { reals = [], up = 0 } = service.live ?? {};
  const decidedBy = [directive(scene, service, 'fallback')];
  if (!fallback.active)
    return explanation(subject, `The fallback ${fallback.server} of ${service.id} is not needed.`, [
      {
        because: [`${count(up, 'real server')} of it ${up === 1 ? 'is' : 'are'} up.`],
        decidedBy,
      },
      { wouldChange: ['It stands in when no real server is up.'] },
    ]);
  const states = reals.map(({ server, state }) => `${server} (${state})`);
  return explanation(subject, `The fallback ${fallback.server} of ${service.id} stands in.`, [
    silence(scene, service),
    {
      because: [
        states.length === 0 ? 'The virtual has no real server.' : `None of its real servers is up: ${listed(states)}.`,
      ],
      decidedBy: [...decidedBy, ...virtualPlace(scene, service)],
      wouldChange: [
        'It steps back as soon as one real server is up.',
        ...reals.slice(0, 1).map(({ server }) => `See why one is not: ha explain ${server}`),
      ],
    },
  ]);
};

const realLine = ({ server, state, weight, lastFailure }: RealStatus): string => {
  if (state === 'down') return `${server} is down${lastFailure === null ? '' : `: ${lastFailure.cause}`}.`;
  if (state === 'up') return `${server} is up${weight === 0 ? ', with weight 0' : ''}.`;
  return `${server} is ${STATES[state]}.`;
};

/** Why heartbeat does not move an address that only ldirectord has. */
const unmoved = (scene: Scene, address: string | undefined, isMoved: boolean): Part =>
  address === undefined || isMoved || scene.status.heartbeat.snapshot === null
    ? {}
    : {
        because: [
          `No group of haresources has ${address}: heartbeat does not move it, and it is where somebody configured it.`,
        ],
        wouldChange: [`Put ${address} into a line of haresources on both nodes, if it shall move when a node dies.`],
      };

/** Explains a virtual service; `isMoved`: a group of haresources has its address. */
export const explainService = (scene: Scene, service: Service, isMoved: boolean): Explanation => {
  const { id, live, written } = service;
  const subject = { kind: 'virtual', name: id } as const;
  const address = written?.key.protocol === 'fwm' ? undefined : /^\[?(.*?)\]?:\d+$/.exec(service.name)?.[1];
  const place: Part = { decidedBy: virtualPlace(scene, service) };
  const quiet = silence(scene, service);
  if (live === undefined)
    return explanation(subject, `How ${id} is cannot be said from here.`, [
      quiet,
      place,
      unmoved(scene, address, isMoved),
    ]);
  const { up, reals, fallback } = live;
  const what = `${id} has ${up} of ${count(reals.length, 'real server')} up.`;
  const standIn: Part =
    fallback?.active === true
      ? {
          notElsewhere: [`The fallback ${fallback.server} stands in.`],
          decidedBy: [directive(scene, service, 'fallback')],
        }
      : up === 0
        ? {
            notElsewhere: ['It has no fallback, so nobody answers.'],
            wouldChange: ['Give the virtual a fallback = ADDRESS:PORT line.'],
          }
        : {};
  const worst = reals.find(({ state }) => state !== 'up');
  return explanation(subject, what, [
    quiet,
    { because: reals.map(realLine) },
    place,
    standIn,
    unmoved(scene, address, isMoved),
    worst === undefined ? {} : { wouldChange: [`See why ${worst.server} is not up: ha explain ${worst.server}`] },
    {
      wouldChange:
        worst === undefined
          ? [`Its real servers are lines of ${service.director.file}; a reload of ldirectord takes a change over.`]
          : [],
    },
  ]);
};
