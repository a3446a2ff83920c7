/** The socket for local clients: connections and bytes around the pure client API (heartbeat reference 7.1). */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../log.js';
import { groupIds, userIds } from '../../platform/accounts.js';
import { facilityCode } from '../../platform/syslog.js';
import { type Connection, listenLocally } from '../../platform/unix-server.js';
import { emptyFrameStream, encodeFrame, feedFrames } from '../api/frame.js';
import {
  type ApiEffect,
  type ApiEvent,
  type ApiFacts,
  type Credentials,
  initialApiState,
  stepApi,
} from '../api/session.js';
import type { Configuration } from '../config/configuration.js';
import type { ClientContext, ClientPort } from '../daemon.js';
import { type Message, text } from '../wire/message.js';
import { decodeUnsigned } from '../wire/unsigned.js';
import { logTargets } from './log-targets.js';

/** What clients are told about the daemon. */
export const apiFacts = ({ config, nodeName }: Configuration): ApiFacts => {
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
  };
};

/** Without SO_PEERCRED: the process a client says it is, if that runs; the folder keeps out whoever must not connect. */
const claimedCredentials = (message: Message): Credentials => {
  const pid = Number(text(message, 'pid'));
  try {
    const { uid } = statSync(`/proc/${pid}`);
    const gid = /^Gid:\s+\d+\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return { pid, uid, gid: Number(gid) };
  } catch {
    return { pid: -1, uid: -1, gid: -1 };
  }
};

export interface ClientPortOptions extends ClientContext {
  readonly loaded: Configuration;
  readonly log: Log;
  readonly runFolder: string;
}

/** Opens `/run/heartbeat/register`; rejects with the system's error. */
export const openClientPort = async (options: ClientPortOptions): Promise<ClientPort> => {
  const { engine, submit, uuids, log } = options;
  const facts = apiFacts(options.loaded);
  const connections = new Map<number, Connection>();
  let state = initialApiState;
  let count = 0;
  let saidUnknown = false;

  /** The state is in place before an effect is performed: a submit may come back here as a delivery (session.ts). */
  const step = (event: ApiEvent): void => {
    const next = stepApi(state, event, { ...engine.view(), uuids: uuids() }, facts);
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

  const server = await listenLocally(join(options.runFolder, 'register'), 0o777, (connection) => {
    count += 1;
    const id = count;
    connections.set(id, connection);
    let stream = emptyFrameStream;
    let known = connection.credentials !== undefined;
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
          : { type: 'garbled', connection: id, detail: decoded.detail },
      );
    };
    return {
      onData: (data) => {
        const fed = feedFrames(stream, data);
        stream = fed.stream;
        for (const body of fed.bodies) received(body);
        if (fed.problem !== undefined) step({ type: 'garbled', connection: id, detail: fed.problem });
      },
      onClosed: () => {
        connections.delete(id);
        step({ type: 'closed', connection: id });
      },
    };
  });
  return {
    deliver: (message) => step({ type: 'deliver', message }),
    close: server.close,
  };
};
