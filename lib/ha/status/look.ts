/** Asks all daemons of this machine what they know, at once. */

import { refusalIn } from '../../control/protocol.js';
import type { Answer } from '../../platform/control-client.js';
import type { World } from '../sub-command.js';
import {
  directorHeard,
  type Heard,
  heartbeatHeard,
  type MachineStatus,
  machineStatus,
  NO_HEARTBEAT,
} from './status.js';

/** What is said where no heartbeat has a socket, and where it has one and nobody answers there. */
export const NOT_RUNNING = 'no daemon of ha-suite runs here';
export const KILLED = 'it does not run: it has ended without taking its socket away';

const asked = <T>(answer: Answer, read: (value: unknown) => Heard<T>): Heard<T> => {
  if (answer.kind === 'none') return { snapshot: null, problem: answer.problem };
  try {
    const value: unknown = JSON.parse(answer.lines[0] ?? '');
    const refusal = refusalIn(value);
    return refusal === undefined ? read(value) : { snapshot: null, problem: refusal };
  } catch {
    return { snapshot: null, problem: 'the daemon has not answered completely' };
  }
};

const HA_CF = '/etc/ha.d/ha.cf';

/** What a look needs of the world. */
export type Asker = Pick<World, 'daemons' | 'wall' | 'read'>;

/** A file that may not be read is there. */
const isAbsent = (found: ReturnType<World['read']>): boolean =>
  'problem' in found && found.problem === 'No such file or directory';

/** Asks and waits for all answers, at most as long as `ask` is patient. Never rejects. */
export const look = async ({ daemons, wall, read }: Asker): Promise<MachineStatus> => {
  const names = daemons.list();
  if (typeof names === 'string') return machineStatus(wall(), { snapshot: null, problem: names }, []);
  const answers = await Promise.all(names.map(({ socket }) => daemons.ask(socket, { ask: 'snapshot' })));
  const at = wall();
  let heartbeat: MachineStatus['heartbeat'] = { snapshot: null, problem: NOT_RUNNING };
  const directors: MachineStatus['directors'][number][] = [];
  for (const [index, answer] of answers.entries()) {
    const name = names[index];
    if (name === undefined) continue;
    if (name.program === 'heartbeat')
      heartbeat =
        answer.kind === 'none' && !answer.isThere
          ? { snapshot: null, problem: KILLED }
          : asked(answer, (value) => heartbeatHeard(value, at));
    // What an ldirectord that was killed has left behind is none.
    else if (answer.kind === 'lines' || answer.isThere)
      directors.push({ name: name.instance, heard: asked(answer, (value) => directorHeard(value, at)) });
  }
  const isDirectorOnly =
    directors.length > 0 && !names.some(({ program }) => program === 'heartbeat') && isAbsent(read(HA_CF));
  return machineStatus(at, isDirectorOnly ? { snapshot: null, problem: NO_HEARTBEAT } : heartbeat, directors);
};
