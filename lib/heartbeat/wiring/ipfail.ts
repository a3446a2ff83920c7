/** The program ipfail: signs on with the daemon, drives the pure machine, and logs where genuine ipfail does. */
import type { Log } from '../../log.js';
import { now } from '../../platform/clock.js';
import { type Millis, millis } from '../../time.js';
import type { ApiClient, Connected } from '../api/client.js';
import { parseBoolean } from '../config/values.js';
import { initialIpfail, ipfailWakeAt, stepIpfail } from '../ipfail/machine.js';
import type { IpfailEvent, Situation } from '../ipfail/state.js';
import { type Message, text } from '../wire/message.js';
import { timerAt } from './engine.js';

/** Exit codes of genuine ipfail; a daemon does not start a program again that ends with 100. */
const EXIT = { stopped: 0, noDaemon: 1, noFilter: 8, noNodes: 9, noSignal: 13, useless: 100 } as const;

export interface IpfailOptions {
  readonly connect: () => Promise<Connected>;
  readonly log: Log;
  /** Called when it is at work: what is logged from here on concerns nobody who waits at a terminal. */
  readonly onReady: () => void;
  /** Where the daemon logs, by its own account; asked for once, after the sign-on. */
  readonly onParameters: (read: (name: string) => Promise<string | undefined>) => Promise<void>;
  /** Resolves when it shall end. */
  readonly stopped: Promise<void>;
}

const REASONS = { stopped: "hb_api_signon: Can't initiate connection to heartbeat" } as const;

type Holding = Situation['resources'];
const HOLDINGS: readonly Holding[] = ['none', 'local', 'foreign', 'all', 'transition'];

/** What the daemon says this node holds; undefined when it manages no resources, or has gone. */
const held = async (client: ApiClient): Promise<Holding> => {
  const [answer] = (await client.ask('getrsc')) ?? [];
  const word = answer === undefined ? undefined : text(answer, 'rsc_hold');
  return HOLDINGS.find((holding) => holding === word);
};

const nodes = async (client: ApiClient): Promise<readonly Message[] | undefined> => {
  const list = await client.ask('nodelist');
  return list?.some((node) => text(node, 'node') === undefined) ? undefined : list;
};

const situation = async (client: ApiClient): Promise<Situation> => {
  const [list, resources] = await Promise.all([nodes(client), held(client)]);
  const answering = (list ?? []).filter((node) => text(node, 'st') === 'ping');
  return { pingNodes: answering.map((node) => text(node, 'node') ?? ''), resources };
};

const succeeds = async (client: ApiClient, reqtype: string, fields: Readonly<Record<string, string>>) => {
  const [answer] = (await client.ask(reqtype, fields)) ?? [];
  return answer !== undefined && text(answer, 'result') === 'OK';
};

/** Serves until it is stopped or the daemon goes away; the answer is the exit code. */
const serve = async (client: ApiClient, options: IpfailOptions, settings: Parameters<typeof initialIpfail>[0]) => {
  const { log, stopped } = options;
  let state = initialIpfail(settings);
  let queue: readonly IpfailEvent[] = [];
  let isBusy = false;
  let cancelTimer = (): void => {};
  let armedFor: Millis | undefined;
  const at = timerAt(() => now().mono);

  const step = async (event: IpfailEvent): Promise<void> => {
    const stands = await situation(client);
    const next = stepIpfail(state, event, stands, now().mono);
    state = next.state;
    for (const effect of next.effects) {
      if (effect.type === 'send') client.send(effect.message);
      else log(effect.priority, effect.text);
    }
  };
  const drain = async (): Promise<void> => {
    isBusy = true;
    for (let event = queue[0]; event !== undefined; event = queue[0]) {
      queue = queue.slice(1);
      await step(event);
    }
    isBusy = false;
    arm();
  };
  const feed = (event: IpfailEvent): void => {
    queue = [...queue, event];
    if (!isBusy) void drain();
  };
  const arm = (): void => {
    const wanted = ipfailWakeAt(state);
    if (wanted === armedFor) return;
    cancelTimer();
    armedFor = wanted;
    if (wanted === undefined) cancelTimer = () => {};
    else {
      cancelTimer = at(wanted, () => {
        armedFor = undefined;
        feed({ type: 'wake' });
      });
    }
  };

  client.listen((message) => feed({ type: 'message', message }));
  const why = await Promise.race([stopped.then(() => 'stopped'), client.ended.then(() => 'daemon gone')]);
  cancelTimer();
  if (why === 'stopped') {
    client.close();
    return EXIT.stopped;
  }
  // Genuine stays behind for ever; its daemon, when it lives, starts a program again that has ended.
  log('ERROR', 'read_hb_msg returned NULL');
  log('ERROR', 'REASON: heartbeat has closed the connection');
  return EXIT.noDaemon;
};

/** Runs ipfail to its end; the answer is the exit code. The order of requests and lines is that of genuine. */
export const runIpfail = async (options: IpfailOptions): Promise<number> => {
  const { log } = options;
  const fail = (code: number, line: string, reason?: string): number => {
    log('ERROR', line);
    if (reason !== undefined) log('ERROR', `REASON: ${reason}`);
    return code;
  };
  log('debug', `PID=${process.pid}`);
  log('debug', 'Signing in with heartbeat');
  const connection = await options.connect();
  if (connection.state !== 'signed on') {
    const reason = connection.state === 'refused' ? connection.reason : REASONS.stopped;
    return fail(EXIT.noDaemon, 'Cannot sign on with heartbeat', reason);
  }
  const { client } = connection;
  const parameter = async (pname: string): Promise<string | undefined> => {
    const [answer] = (await client.ask('getparm', { pname })) ?? [];
    return answer === undefined ? undefined : text(answer, 'pvalue');
  };
  await options.onParameters(parameter);
  if ((await held(client)) === undefined) return fail(EXIT.useless, 'No managed resources');
  const self = text(client.signOn, 'node') ?? '';
  log('debug', `[We are ${self}]`);
  const wanted = await parameter('auto_failback');
  if (wanted === 'legacy') return fail(EXIT.useless, 'auto_failback set to incompatible legacy option.');
  const autoFailback = wanted === undefined ? false : parseBoolean(wanted);
  if (autoFailback === undefined) return fail(EXIT.useless, ` invalid auto_faiback value(${wanted})`);
  if (wanted === undefined) log('ERROR', "Couldn't get auto_failback setting.");
  else log('debug', `auto_failback -> ${autoFailback ? 1 : 0} (${wanted})`);
  log('debug', 'Setting message filter mode');
  if (!(await succeeds(client, 'setfilter', { fmask: '1' }))) return fail(EXIT.noFilter, 'Cannot set filter mode', '');
  log('debug', 'Starting node walk');
  const list = await nodes(client);
  if (list === undefined) return fail(EXIT.noNodes, 'Cannot start node walk', '');
  let other: string | undefined;
  for (const node of list.toReversed()) {
    const name = text(node, 'node') ?? '';
    log('debug', `Cluster node: ${name}: status: ${text(node, 'st') ?? ''}`);
    if (text(node, 'nodetype') !== 'normal' || name === self) continue;
    other = name;
    log('debug', `[They are ${name}]`);
  }
  log('debug', 'Setting message signal');
  if (!(await succeeds(client, 'setsignal', { signal: '0' })))
    return fail(EXIT.noSignal, 'Cannot set message signal', '');
  log('debug', 'Waiting for messages...');
  options.onReady();
  const keepalive = millis(Number.parseInt(text(client.signOn, 'keepalive') ?? '', 16) || 1000);
  return serve(client, options, { self, other, autoFailback, keepalive });
};
