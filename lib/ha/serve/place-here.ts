/** Wiring: this machine as `ha serve` finds it. */
import { hostname } from 'node:os';
import { childLog } from '../../heartbeat/wiring/child-log.js';
import { now } from '../../platform/clock.js';
import { listenHttp } from '../../platform/http-server.js';
import { stepBack } from '../../platform/step-back.js';
import { loadSuite } from '../../platform/suite-file.js';
import type { ServePlace } from './place.js';

const PROGRAM = 'ha-serve';

/** A program that heartbeat has started has its standard error nowhere, and is told where the log is (heartbeat reference 9.1). */
const isChild = (environment: NodeJS.ProcessEnv): boolean => environment.HA_CURHOST !== undefined;

/** Opens the log where one is needed. */
export const placeHere = async (complain: (text: string) => void): Promise<ServePlace> => {
  const about = { suite: loadSuite, listen: listenHttp, stepBack, mono: () => now().mono };
  if (!isChild(process.env))
    return { ...about, tell: (text) => complain(`ha serve: ${text}\n`), close: async () => undefined };
  const { log, learn, leaveTerminal, close } = childLog(PROGRAM, hostname(), process.env);
  await learn(async () => undefined);
  leaveTerminal();
  return { ...about, tell: (text) => log('info', text), close };
};
