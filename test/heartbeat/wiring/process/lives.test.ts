import type { Configuration } from '../../../../lib/heartbeat/config/configuration.js';
import { parseHaCf } from '../../../../lib/heartbeat/config/ha-cf.js';
import type { Ending } from '../../../../lib/heartbeat/daemon-parts.js';
import { MediumError } from '../../../../lib/heartbeat/media/medium.js';
import { type LivesMeans, liveOn } from '../../../../lib/heartbeat/wiring/process/lives.js';
import { LB1 } from '../../../support/heartbeat-environment.js';

const configuration = (nodeName: string): Configuration => ({
  nodeName,
  config: parseHaCf('node lb1 lb2\nbcast eth0\ndeadtime 29500ms\n', 'ha.cf', LB1).value,
  keys: { sign: { index: 1, method: 'crc', key: '' }, keys: new Map() },
  groups: [],
});

type Life = Ending | Error;
const STOPPED: Life = { type: 'stopped' };
const RESTART: Life = { type: 'restart' };
const reload = (kept: 'none' | 'local' | 'all'): Life => ({ type: 'reload', kept });
const GONE = new MediumError(['glib: eth0 is gone']);

interface Play extends Partial<LivesMeans> {
  /** The last life of another program in this process kept this. */
  readonly resumed?: 'none' | 'local' | 'all';
  /** A stop is wanted as soon as the trace holds this. */
  readonly stopAfter?: string;
}

/** Plays the lives one after the other; `trace` tells what was lived, slept and logged, in order. */
const play = async (lives: readonly Life[], { resumed, stopAfter, ...more }: Play = {}) => {
  const trace: string[] = [];
  let next = 0;
  const first = { loaded: configuration('first'), kept: resumed };
  const end = await liveOn(first, resumed !== undefined, {
    live: async ({ loaded, kept }) => {
      const life = lives[next] ?? STOPPED;
      next += 1;
      trace.push(`live ${loaded.nodeName}${kept === undefined ? '' : ` with ${kept}`}`);
      if (life instanceof Error) throw life;
      return life;
    },
    load: async () => configuration('again'),
    newest: () => undefined,
    become: async (kept) => void trace.push(`become ${kept}`),
    release: async ({ nodeName }) => void trace.push(`release ${nodeName}`),
    sleep: async (duration) => void trace.push(`sleep ${duration}`),
    stopWanted: () => stopAfter !== undefined && trace.includes(stopAfter),
    log: (priority, text) => trace.push(`${priority}: ${text}`),
    ...more,
  });
  return { end, trace };
};

test('a life that is stopped is the last', async () => {
  expect(await play([STOPPED])).toEqual({ end: 'stopped', trace: ['live first'] });
});

describe('release and restart (heartbeat reference 6.7)', () => {
  test('deadtime and a second later a new life begins, with the files as they are then', async () => {
    expect(await play([RESTART])).toEqual({
      end: 'stopped',
      trace: [
        'live first',
        'info: Restarting heartbeat.',
        'sleep 31000',
        'info: Performing heartbeat restart exec.',
        'live again',
      ],
    });
  });

  test('files that are broken at that moment: the old configuration goes on', async () => {
    const { trace } = await play([RESTART], { load: async () => 6 });
    expect(trace.slice(-2)).toEqual([
      'ERROR: The configuration has errors now: restarting with the old one.',
      'live first',
    ]);
  });

  test('a device that is gone is no reason to give up, except at the very first start', async () => {
    const { end, trace } = await play([RESTART, GONE, GONE]);
    expect(end).toBe('stopped');
    const failure = [
      'live again',
      'ERROR: glib: eth0 is gone',
      'ERROR: Restart failed, trying again in 5 s.',
      'sleep 5000',
    ];
    expect(trace.slice(4)).toEqual([...failure, ...failure, 'live again']);
    expect((await play([GONE])).end).toBe('failed');
  });

  test('a file that was mended and signalled meanwhile is used for the next try', async () => {
    const fresh = [configuration('mended')];
    const { trace } = await play([RESTART, GONE], { newest: () => fresh.pop() });
    expect(trace.at(-1)).toBe('live mended');
  });

  test.each([
    ['during the pause before the new life', [RESTART], 'sleep 31000'],
    ['while a start is being tried again', [RESTART, GONE], 'sleep 5000'],
  ])('a stop %s ends it there', async (_, lives, stopAfter) => {
    const { end, trace } = await play(lives, { stopAfter });
    expect(end).toBe('stopped');
    expect(trace.at(-1)).toBe(stopAfter);
  });
});

describe('reload (heartbeat reference 6.7)', () => {
  test('the new life begins at once, with the checked files and what was held', async () => {
    const fresh = [configuration('fresh')];
    const { trace } = await play([reload('all'), STOPPED], { newest: () => fresh.pop() });
    expect(trace).toEqual([
      'live first',
      'info: Restarting heartbeat.',
      'info: Performing heartbeat restart exec.',
      'become all',
      'live fresh with all',
    ]);
  });

  test('a medium of the new file that cannot be opened: back to the old file, nothing is released', async () => {
    const fresh = [configuration('fresh')];
    const { trace } = await play([reload('local'), GONE, STOPPED], { newest: () => fresh.pop() });
    expect(trace.slice(4)).toEqual([
      'live fresh with local',
      'ERROR: glib: eth0 is gone',
      'ERROR: The new configuration does not work here: going back to the old one.',
      'live first with local',
    ]);
  });

  test('when that does not work either, the resources are released before the other node takes them', async () => {
    const { trace } = await play([reload('local'), GONE, GONE, STOPPED]);
    expect(trace.slice(7)).toEqual([
      'live first with local',
      'ERROR: glib: eth0 is gone',
      'CRIT: Heartbeat cannot go on: releasing all resources.',
      'release first',
      'ERROR: Restart failed, trying again in 5 s.',
      'sleep 5000',
      'live first',
    ]);
  });

  test('a stop meanwhile is carried out by the new life, which knows what there is to release', async () => {
    const { trace } = await play([reload('all'), STOPPED], { stopAfter: 'become all' });
    expect(trace.at(-1)).toBe('live first with all');
  });

  test('a stop meanwhile, and no new life: the resources are released all the same', async () => {
    const { end, trace } = await play([reload('all'), GONE], { stopAfter: 'become all' });
    expect(end).toBe('stopped');
    expect(trace.at(-1)).toBe('release first');
  });
});

test('after another program in this process a failure is not that of a first start', async () => {
  const { end, trace } = await play([GONE, STOPPED], { resumed: 'local' });
  expect(end).toBe('stopped');
  expect(trace).toEqual([
    'live first with local',
    'ERROR: glib: eth0 is gone',
    'CRIT: Heartbeat cannot go on: releasing all resources.',
    'release first',
    'ERROR: Restart failed, trying again in 5 s.',
    'sleep 5000',
    'live first',
  ]);
});
