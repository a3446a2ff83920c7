/** Journals of two machines for the tests of the timeline, written down at true instants by clocks that are not. */
import type { HaEvent, Happening, Program } from '../../../lib/events/event.js';
import { millis } from '../../../lib/time.js';

export const BEGIN = Date.UTC(2026, 10, 27, 20, 15, 0);

export interface Journal {
  readonly events: readonly HaEvent[];
  /** Something happens, so many true milliseconds after the beginning. */
  readonly at: (after: number, happening: Happening, program?: Program) => HaEvent;
  /** The daemon begins a new life. */
  readonly restart: () => void;
}

/** `ahead`: how far the clock of this machine is ahead of the true time. */
export const journal = (node: string, ahead = 0): Journal => {
  const events: HaEvent[] = [];
  let run = 1;
  return {
    events,
    at: (after, happening, program = 'heartbeat') => {
      const seq = events.filter((event) => event.run === run && event.program === program).length + 1;
      const event: HaEvent = {
        ...{ node, program, instance: program === 'heartbeat' ? '' : 'www.cf', run, seq },
        ...{ mono: millis(1e6 + after), wall: millis(BEGIN + after + ahead) },
        ...happening,
      };
      events.push(event);
      return event;
    },
    restart: () => {
      run += 1;
    },
  };
};

export const node = (name: string, from: string, to: string, cause?: string): Happening => ({
  ...{ type: 'node', name, from, to },
  ...(cause === undefined ? {} : { cause, decidedBy: '/etc/ha.d/ha.cf:3 (deadtime)' }),
});
export const holding = (name: string, from: string, to: string): Happening => ({ type: 'holding', name, from, to });
export const job = (step: 'begun' | 'ended', number: number, scope: string, cause: string): Happening => ({
  ...{ type: 'job', step, job: number, scope, cause },
  ...(step === 'ended' ? { outcome: 'done' } : {}),
});
export const resource = (word: string, action: 'start' | 'stop', duration: number): Happening => ({
  ...{ type: 'resource', resource: word, action, outcome: 'done', duration },
  decidedBy: '/etc/ha.d/haresources:1',
});
export const announcement = (address: string): Happening => ({ type: 'announcement', address, device: 'eth0' });

export const ADDRESS = '10.0.0.100';

/** Both start; lb1 has the address. */
export const startOfBoth = (lb1: Journal, lb2: Journal): void => {
  lb1.at(0, { type: 'daemon', change: 'started' });
  lb2.at(10, { type: 'daemon', change: 'started' });
  lb1.at(500, node('lb1', 'init', 'up'));
  lb2.at(504, node('lb1', 'init', 'up'));
  lb2.at(520, node('lb2', 'init', 'up'));
  lb1.at(523, node('lb2', 'init', 'up'));
  lb1.at(1000, node('lb1', 'up', 'active'));
  lb2.at(1005, node('lb1', 'up', 'active'));
  lb2.at(1020, node('lb2', 'up', 'active'));
  lb1.at(1022, node('lb2', 'up', 'active'));
  lb1.at(1100, holding('lb1', 'none', 'local'));
  lb2.at(1104, holding('lb1', 'none', 'local'));
  lb1.at(1101, job('begun', 1, 'local', 'these are our own groups'));
  lb1.at(1120, announcement(ADDRESS));
  lb1.at(1125, resource(ADDRESS, 'start', 20));
  lb1.at(1126, job('ended', 1, 'local', 'these are our own groups'));
};

/** lb1 was heard last ten minutes after the start, and lb2 takes over; its ldirectord starts with the group. */
export const deathOfLb1 = (lb2: Journal): void => {
  const gone = 600_000;
  lb2.at(gone + 1022, { type: 'link', name: 'lb1', link: 'eth0', from: 'up', to: 'dead' });
  lb2.at(gone + 1023, node('lb1', 'active', 'dead', 'nothing heard for 1023 ms'));
  lb2.at(gone + 1023, holding('lb1', 'local', 'none'));
  lb2.at(gone + 1023, holding('lb2', 'none', 'all'));
  lb2.at(gone + 1023, job('begun', 2, 'foreign', 'lb1 is dead'));
  lb2.at(gone + 1046, announcement(ADDRESS));
  lb2.at(gone + 1050, resource(ADDRESS, 'start', 25));
  lb2.at(gone + 1200, { type: 'daemon', change: 'started' }, 'ldirectord');
  lb2.at(gone + 1210, { type: 'config', change: 'in force', file: '/etc/ha.d/www.cf' }, 'ldirectord');
  const real = { virtual: `tcp:${ADDRESS}:80`, real: '192.168.0.1:80' };
  lb2.at(gone + 1250, { type: 'check', ...real, from: 'unknown', to: 'up' }, 'ldirectord');
  lb2.at(gone + 1260, { type: 'table', virtual: real.virtual, change: '-a -t 10.0.0.100:80' }, 'ldirectord');
  lb2.at(gone + 1300, resource('ldirectord::www.cf', 'start', 240));
  lb2.at(gone + 1301, job('ended', 2, 'foreign', 'lb1 is dead'));
};

/** Both journals, with the clock of lb1 so far ahead of that of lb2. */
export const deathStory = (ahead = 0): { readonly lb1: readonly HaEvent[]; readonly lb2: readonly HaEvent[] } => {
  const [lb1, lb2] = [journal('lb1', ahead), journal('lb2')];
  startOfBoth(lb1, lb2);
  deathOfLb1(lb2);
  return { lb1: lb1.events, lb2: lb2.events };
};
