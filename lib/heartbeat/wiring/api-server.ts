/** The socket for local clients: connections and bytes around the pure client API (heartbeat reference 7.1). */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../log.js';
import { groupIds, userIds } from '../../platform/accounts.js';
import { processExists } from '../../platform/run-files.js';
import { facilityCode } from '../../platform/syslog.js';
import { type Connection, listenLocally } from '../../platform/unix-server.js';
import { isWanted } from '../api/delivery.js';
import { emptyFrameStream, encodeFrame, type FrameProblem, feedFrames } from '../api/frame.js';
import {
  type ApiEffect,
  type ApiEvent,
  type ApiFacts,
  type ApiView,
  type Credentials,
  initialApiState,
  stepApi,
} from '../api/session.js';
import type { Configuration } from '../config/configuration.js';
import type { ClientContext, ClientPort } from '../daemon-parts.js';
import { type Message, text } from '../wire/message.js';
import { decodeUnsigned } from '../wire/unsigned.js';
import { logTargets } from './log/log-targets.js';

/** What clients are told about the daemon. */
export const apiFacts = ({ config, nodeName }: Configuration, managesResources = true): ApiFacts => {
  const { facility } = logTargets(config);
  const code = facility === undefined ? undefined : facilityCode(facility);
  return {
    self: nodeName,
    keepalive: config.keepalive,
    deadtime: config.deadtime,
    parameters: config.parameters,
    apiAuth: config.apiAuth.map(({ value }) => value),
    userIds: userIds(),
    groupIds: groupIds(),
    daemonUid: process.geteuid?.() ?? 0,
    facility: code === undefined ? -1 : code << 3,
    managesResources,
    legacy: config.autoFailback === 'legacy',
    processExists,
  };
};

/**
 * Without SO_PEERCRED: the user of the process that a client says it is, if that runs; the folder keeps out whoever must not
 * connect. The number itself stays 0, as the kernel has it for a process it cannot show: nobody is signalled on such a word.
 */
const claimedCredentials = (message: Message): Credentials => {
  const pid = Number(text(message, 'pid'));
  try {
    const { uid } = statSync(`/proc/${pid}`);
    const gid = /^Gid:\s+\d+\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return { pid: 0, uid, gid: Number(gid) };
  } catch {
    return { pid: -1, uid: -1, gid: -1 };
  }
};

export interface ClientPortOptions extends ClientContext {
  readonly loaded: Configuration;
  readonly log: Log;
  readonly runFolder: string;
  /** False with `-M`; default true. */
  readonly managesResources?: boolean;
}

/** More connections than that cannot be in honest use; the oldest that has not signed on makes room. */
const MAX_CONNECTIONS = 1024;

/** Opens `/run/heartbeat/register`; rejects with the system's error. */
export const openClientPort = async (options: ClientPortOptions): Promise<ClientPort> => {
  const { engine, submit, uuids, log } = options;
  const facts = apiFacts(options.loaded, options.managesResources);
  const connections = new Map<number, Connection>();
  let state = initialApiState;
  let count = 0;
  let saidUnknown = false;
  let saidFull = false;
  let paused = false;
  /** What connections do when the pause is over. */
  const readers = new Map<number, () => void>();

  /** Most events ask for nothing of it: deliveries, above all. */
  const view: ApiView = {
    get nodes() {
      return engine.view().nodes;
    },
    get resources() {
      return engine.view().resources;
    },
    get communicationUp() {
      return engine.view().communicationUp;
    },
    get uuids() {
      return uuids();
    },
  };

  /** The state is in place before an effect is performed: a submit may come back here as a delivery (session.ts). */
  const step = (event: ApiEvent): void => {
    const next = stepApi(state, event, view, facts);
    state = next.state;
    for (const effect of next.effects) perform(effect);
  };

  const perform = (effect: ApiEffect): void => {
    switch (effect.type) {
      case 'reply':
        connections.get(effect.connection)?.write(encodeFrame(effect.message));
        return;
      case 'close':
        connections.get(effect.connection)?.end();
        connections.delete(effect.connection);
        return;
      case 'submit':
        submit(effect.message);
        return;
      case 'signal':
        try {
          process.kill(effect.pid, effect.signal);
        } catch {
          // The client has gone; its connection will tell.
        }
        return;
      case 'log':
        log(effect.priority, effect.text);
        return;
    }
  };

  const makeRoom = (): void => {
    if (connections.size < MAX_CONNECTIONS) return;
    const idle = [...connections.keys()].find((id) => !state.clients.has(id)) ?? Math.min(...connections.keys());
    if (!saidFull) log('WARN', `More than ${MAX_CONNECTIONS} local clients: those that say nothing are disconnected`);
    saidFull = true;
    connections.get(idle)?.end();
    connections.delete(idle);
    step({ type: 'closed', connection: idle });
  };

  const server = await listenLocally(join(options.runFolder, 'register'), 0o777, (connection) => {
    makeRoom();
    count += 1;
    const id = count;
    connections.set(id, connection);
    let stream = emptyFrameStream;
    let known = connection.credentials !== undefined;
    let inbox: readonly Uint8Array[] = [];
    let problem: FrameProblem | undefined;
    let spoke = false;
    if (connection.credentials !== undefined) {
      step({ type: 'connected', connection: id, credentials: connection.credentials });
    } else if (!saidUnknown) {
      saidUnknown = true;
      log('WARN', 'Local clients are taken at their word: the system does not tell who they are without koffi.');
    }
    const received = (body: Uint8Array): void => {
      const decoded = decodeUnsigned(body);
      if (!known) {
        known = true;
        const credentials = decoded.ok ? claimedCredentials(decoded.message) : { pid: -1, uid: -1, gid: -1 };
        step({ type: 'connected', connection: id, credentials });
      }
      step(
        decoded.ok
          ? { type: 'received', connection: id, message: decoded.message }
          : { type: 'unreadable', connection: id },
      );
    };
    /** What has arrived, as far as clients may speak; somebody new may still sign on while all others wait. */
    const read = (): void => {
      while (inbox.length > 0 && connections.has(id) && !(paused && spoke)) {
        const [body, ...rest] = inbox;
        inbox = rest;
        spoke = true;
        if (body !== undefined) received(body);
      }
      if (paused && spoke) {
        connection.pause();
        readers.set(id, read);
      } else if (problem !== undefined && connections.has(id)) step({ type: 'garbled', connection: id, problem });
    };
    if (paused) readers.set(id, read);
    return {
      onData: (data) => {
        // What still arrives of a connection that was closed concerns nobody.
        if (!connections.has(id) || problem !== undefined) return;
        const fed = feedFrames(stream, data);
        stream = fed.stream;
        inbox = [...inbox, ...fed.bodies];
        problem = fed.problem;
        read();
      },
      onStuck: (waiting) => step({ type: 'stuck', connection: id, waiting }),
      onClosed: () => {
        connections.delete(id);
        readers.delete(id);
        step({ type: 'closed', connection: id });
      },
    };
  });
  return {
    deliver: (message, quality) => {
      if (quality === undefined) step({ type: 'deliver', message });
      else if (isWanted(state, quality)) step({ type: 'deliver', message, quality });
    },
    pause: (wanted) => {
      paused = wanted;
      for (const [id, connection] of connections) if (paused && state.clients.has(id)) connection.pause();
      if (paused) return;
      const waiting = [...readers.values()];
      readers.clear();
      for (const connection of connections.values()) connection.resume();
      for (const read of waiting) read();
    },
    dismiss: () => {
      readers.clear();
      for (const [id, connection] of [...connections]) {
        connections.delete(id);
        step({ type: 'closed', connection: id });
        connection.end();
      }
    },
    close: server.close,
  };
};
