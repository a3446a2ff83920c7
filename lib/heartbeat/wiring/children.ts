/** Runs the programs of the respawn and failfast lines: performs what their machine decides. */
import { existsSync } from 'node:fs';
import type { Log } from '../../log.js';
import { accountOf } from '../../platform/accounts.js';
import { type ManagedProgram, type ProgramWatch, signalGroup, startManaged } from '../../platform/managed-program.js';
import type { Millis } from '../../time.js';
import { commandVector } from '../children/command-words.js';
import {
  initialPrograms,
  type ProgramEffect,
  type ProgramEvent,
  programsWakeAt,
  stepPrograms,
} from '../children/machine.js';
import type { ClientCommand } from '../config/model.js';
import { timerAt } from './engine.js';
import type { ProgramRegister } from './files/program-register.js';

/** The programs of one life of the daemon. */
export interface Children {
  /** Communication is up: start them all. Does nothing the second time. */
  readonly start: () => void;
  /** Stops them one after another, the last line of ha.cf first; resolves when all are gone. */
  readonly stop: () => Promise<void>;
}

export interface ChildrenOptions {
  readonly commands: readonly ClientCommand[];
  readonly env: Readonly<Record<string, string>>;
  /** Working folders of the users' programs, e.g. /var/lib/heartbeat/cores. */
  readonly coreRoot: string;
  readonly log: Log;
  /** Writes a line in the name of another process. */
  readonly logAs: (pid: number) => Log;
  readonly mono: () => Millis;
  /** Reboots the machine. */
  readonly reboot: (reason: string) => Promise<void>;
  /** Remembers who runs, for the case that we die without stopping them. */
  readonly register: ProgramRegister;
  /** For tests. */
  readonly startProgram?: (program: ManagedProgram, watch: ProgramWatch) => void;
  readonly signal?: (pid: number, signal: NodeJS.Signals) => void;
}

/** Stands in the log for a user who has been removed meanwhile; nothing is started for him. */
const NOBODY = { uid: -1, gid: -1 };

/** Nothing is started before `start`. */
export const openChildren = (options: ChildrenOptions): Children => {
  const { commands, log, mono, register } = options;
  const startProgram = options.startProgram ?? startManaged;
  const signal = options.signal ?? signalGroup;
  const accounts = commands.map(({ user }) => accountOf(user));
  let state = initialPrograms(
    commands.map(({ kind, command }, index) => ({ kind, command, ...(accounts[index] ?? NOBODY) })),
  );
  let tellGone = (): void => {};
  const gone = new Promise<void>((resolve) => {
    tellGone = resolve;
  });
  let cancelTimer = (): void => {};
  const at = timerAt(mono);

  const launch = (index: number): void => {
    const command = commands[index];
    const ids = accounts[index];
    if (command === undefined) return;
    if (ids === undefined) {
      feed({ type: 'failed', index, why: `there is no user ${command.user}` });
      return;
    }
    const folder = `${options.coreRoot}/${command.user}`;
    const program: ManagedProgram = {
      argv: commandVector(command.command),
      ...ids,
      env: options.env,
      cwd: existsSync(folder) ? folder : '/',
    };
    let pid: number | undefined;
    startProgram(program, {
      onStarted: (started) => {
        pid = started;
        register.add(started);
        feed({ type: 'started', index, pid: started });
      },
      onEnded: (code, by) => {
        if (pid !== undefined) register.remove(pid);
        feed({ type: 'ended', index, code, ...(by === undefined ? {} : { signal: by }) });
      },
      onFailed: (why) => feed({ type: 'failed', index, why }),
    });
  };

  const perform = (effect: ProgramEffect): void => {
    switch (effect.type) {
      case 'start':
        launch(effect.index);
        return;
      case 'signal':
        signal(effect.pid, effect.signal);
        return;
      case 'log':
        (effect.pid === undefined ? log : options.logAs(effect.pid))(effect.priority, effect.text);
        return;
      case 'reboot':
        void options.reboot(effect.reason);
        return;
      case 'gone':
        tellGone();
        return;
    }
  };

  /** Events that come up while effects are performed wait for their turn. */
  const queue: ProgramEvent[] = [];
  let busy = false;
  const feed = (event: ProgramEvent): void => {
    queue.push(event);
    if (busy) return;
    busy = true;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const step = stepPrograms(state, next, mono());
      state = step.state;
      for (const effect of step.effects) perform(effect);
    }
    busy = false;
    cancelTimer();
    const wake = programsWakeAt(state);
    cancelTimer = wake === undefined ? () => {} : at(wake, () => feed({ type: 'wake' }));
  };

  return {
    start: () => {
      if (commands.length > 0) feed({ type: 'up' });
    },
    stop: () => {
      feed({ type: 'stop' });
      return gone;
    },
  };
};
