/** What happens in the demonstration, step by step, and what has to hold after each. */
import { type AddressWatch, watchAddresses } from '../lab/address-watch.js';
import { gapLength } from '../lab/gaps.js';
import { type HttpProber, startHttpProber } from '../lab/http-prober.js';
import type { Running } from '../lab/inside.js';
import { until } from '../lab/until.js';
import { seconds } from './model.js';
import type { Stage } from './stage.js';
import {
  buildTopology,
  type DirectorName,
  GATEWAY_ADDRESS,
  SERVICE_ADDRESS,
  type Topology,
  WEB_SERVERS,
  type WebServerName,
} from './topology.js';

/** Everything the steps work on; filled by the first one. */
export interface Scene {
  readonly topology: Topology;
  readonly watch: AddressWatch;
  readonly prober: HttpProber;
  readonly webServers: Map<WebServerName, Running>;
  /** When heartbeat was started, by the wall clock. */
  readonly started: { at: number };
}

interface StoryStep {
  readonly title: string;
  /** Seconds. */
  readonly limit: number;
  /** Does it and resolves with what came out once it holds; rejects otherwise. */
  readonly play: (scene: Scene, stage: Stage, limitMs: number) => Promise<string>;
}

const MOVING = [SERVICE_ADDRESS, GATEWAY_ADDRESS];
/** Long enough for a few answers of each server at 25 requests a second. */
const OBSERVE_MS = 1000;
/** After each step the pair is left alone for a moment, so that people can see what is. */
const REST_MS = 2500;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const belongsTo = ({ watch }: Scene, director: DirectorName): boolean =>
  MOVING.every((address) => watch.owners(address).join() === director);

/** Whether, during the last second, exactly these servers answered and nothing failed. */
const servedBy = ({ prober }: Scene, wanted: readonly WebServerName[]): boolean => {
  const since = Date.now() - OBSERVE_MS;
  const names = [...prober.answeredBy(since).keys()].sort().join();
  return names === [...wanted].sort().join() && prober.failures(since) === 0;
};

const inTable = (stage: Stage, name: WebServerName): boolean =>
  WEB_SERVERS.some((web) => web.name === name && stage.forwarded().has(web.address));

const startBoth: StoryStep['play'] = async ({ topology, started }, stage, limit) => {
  const nodes = Object.values(topology.directors);
  stage.tell('ha-heartbeat starts on LB1 and LB2');
  started.at = Date.now();
  const results = await Promise.all(nodes.map((node) => node.start()));
  for (const name of ['LB1', 'LB2'] as const) stage.setDirector(name, 'running');
  const failed = results.find(({ code }) => code !== 0);
  if (failed !== undefined) throw new Error(`ha-heartbeat: exit ${failed.code}: ${failed.stderr.trim()}`);
  await until(
    'cl_status says that both nodes are active',
    async () => {
      const asked = await Promise.all(nodes.map((node) => node.clStatus('nodestatus', 'lb2')));
      return asked.every(({ stdout }) => stdout.trim() === 'active');
    },
    limit,
    300,
  );
  return 'both active';
};

const takeFirst: StoryStep['play'] = async (scene, _stage, limit) => {
  await until('LB1 has both addresses', () => belongsTo(scene, 'LB1'), limit);
  await until('both web servers answer', () => servedBy(scene, ['web1', 'web2']), limit);
  const first = scene.prober.firstAfter(0) ?? Date.now();
  return `first answer after ${seconds(first - scene.started.at)} s`;
};

const loseWebServer: StoryStep['play'] = async (scene, stage, limit) => {
  const begun = stage.now();
  await scene.webServers.get('web1')?.stop('SIGKILL');
  stage.tell('the web server on web1 is killed');
  await until('web1 is out of the table', () => !inTable(stage, 'web1'), limit);
  const out = stage.now() - begun;
  await until('web2 alone answers, and no request fails', () => servedBy(scene, ['web2']), limit);
  return `out after ${seconds(out)} s`;
};

const regainWebServer: StoryStep['play'] = async (scene, stage, limit) => {
  const begun = stage.now();
  scene.webServers.set('web1', scene.topology.startWebServer('web1'));
  stage.tell('the web server on web1 starts again');
  await until('web1 is back in the table', () => inTable(stage, 'web1'), limit);
  const back = stage.now() - begun;
  await until('both web servers answer', () => servedBy(scene, ['web1', 'web2']), limit);
  return `back after ${seconds(back)} s`;
};

const loseDirector: StoryStep['play'] = async (scene, stage, limit) => {
  const { host } = scene.topology.directors.LB1;
  await Promise.all(['eth0', 'eth1'].map((device) => host.link(device).cut()));
  const cut = Date.now();
  stage.setDirector('LB1', 'cut off');
  stage.tell('both cables of LB1 are pulled');
  await until('clients get answers again', () => scene.prober.firstAfter(cut + 200) !== undefined, limit);
  const gap = gapLength(scene.prober.longestGap(cut - OBSERVE_MS));
  await until('both web servers answer', () => servedBy(scene, ['web1', 'web2']), limit);
  return `gap ${seconds(gap)} s, deadtime 10`;
};

const regainDirector: StoryStep['play'] = async (scene, stage, limit) => {
  const { host } = scene.topology.directors.LB1;
  const begun = Date.now();
  await Promise.all(['eth0', 'eth1'].map((device) => host.link(device).restore()));
  stage.setDirector('LB1', 'running');
  stage.tell('both cables of LB1 are plugged in again');
  // Nothing is asked for here: auto_failback on brings the addresses home.
  await until('LB1 alone has both addresses', () => belongsTo(scene, 'LB1'), limit, 50);
  // Alone, LB1 could not reach the web servers either: its ldirectord has to find them again.
  await until('LB1 forwards to both web servers', () => inTable(stage, 'web1') && inTable(stage, 'web2'), limit);
  await until('both web servers answer', () => servedBy(scene, ['web1', 'web2']), limit);
  if (!belongsTo(scene, 'LB1')) throw new Error('LB1 did not keep the addresses');
  return `longest gap ${seconds(gapLength(scene.prober.longestGap(begun)))} s`;
};

const stopBoth: StoryStep['play'] = async (scene, stage) => {
  stage.tell('ha-heartbeat stops on LB2, then on LB1');
  for (const name of ['LB2', 'LB1'] as const) {
    const { code, stderr } = await scene.topology.directors[name].stop();
    if (code !== 0) throw new Error(`${name}: ha-heartbeat -k: exit ${code}: ${stderr.trim()}`);
    stage.setDirector(name, 'off');
  }
  await until('no director has an address', () => MOVING.every((a) => scene.watch.owners(a).length === 0), 5000);
  const listing = await scene.topology.directors.LB1.host.get(['ha-ipvsadm', '-L', '-n']);
  if (listing.includes('->  ') || /^TCP/m.test(listing)) throw new Error(`LB1 still forwards:\n${listing}`);
  return 'no address, no rule left';
};

/** The steps after the hosts are there; with `keep` the pair is left running at the end. */
const acts = (keep: boolean): readonly StoryStep[] => [
  { title: 'heartbeat starts on LB1 and LB2', limit: 25, play: startBoth },
  { title: 'LB1 takes the addresses and runs ldirectord', limit: 25, play: takeFirst },
  { title: 'web1 dies and is taken out', limit: 15, play: loseWebServer },
  { title: 'web1 comes back', limit: 15, play: regainWebServer },
  { title: 'LB1 loses its links, LB2 takes over', limit: 25, play: loseDirector },
  { title: 'LB1 returns and takes back', limit: 40, play: regainDirector },
  ...(keep ? [] : [{ title: 'both directors stop', limit: 20, play: stopBoth }]),
];

const BUILD = { title: 'hosts, cables and the files of the article', limit: 15 };

/** Titles and limits of all steps, for the display. */
export const storyPlan = (keep: boolean): readonly { readonly title: string; readonly limit: number }[] => [
  BUILD,
  ...acts(keep).map(({ title, limit }) => ({ title, limit })),
];

/** Builds the hosts, the clients and the observers. */
const setScene = async (stage: Stage, opened: (topology: Topology) => void): Promise<Scene> => {
  const topology = await buildTopology();
  opened(topology);
  const webServers = new Map(WEB_SERVERS.map(({ name }) => [name, topology.startWebServer(name)]));
  const watch = await watchAddresses(Object.values(topology.directors).map(({ host }) => host));
  const prober = startHttpProber(topology.client, { address: SERVICE_ADDRESS, port: 80, path: '/aaaa.html' });
  stage.observe(topology, watch, prober);
  return { topology, watch, prober, webServers, started: { at: 0 } };
};

/**
 * Plays all steps; true when every one held. `opened` hears of the hosts as soon as they exist, so that they can be
 * closed whatever happens; `stopped` ends the story between two steps.
 */
export const playStory = async (
  stage: Stage,
  keep: boolean,
  opened: (topology: Topology) => void,
  stopped: () => boolean,
): Promise<boolean> => {
  let index = 0;
  const play = async <T>(action: () => Promise<T>, result: (value: T) => string): Promise<T | undefined> => {
    const current = index;
    index += 1;
    stage.setStep(current, { status: 'running', begun: stage.now() });
    try {
      const value = await action();
      stage.setStep(current, { status: 'done', ended: stage.now(), result: result(value) });
      return value;
    } catch (error) {
      if (stopped()) return undefined;
      const reason = error instanceof Error ? error.message : String(error);
      stage.setStep(current, { status: 'failed', ended: stage.now(), result: reason });
      stage.tell(`FAILED: ${reason}`);
      return undefined;
    }
  };
  const scene = await play(
    () => setScene(stage, opened),
    () => '6 hosts, 2 networks',
  );
  if (scene === undefined) return false;
  for (const { limit, play: act } of acts(keep)) {
    if (stopped()) return false;
    const result = await play(
      () => act(scene, stage, limit * 1000),
      (text) => text,
    );
    if (result === undefined) return false;
    await pause(REST_MS);
  }
  return true;
};
