/** Runs an administrator's own rc.d script for a message, through harc, with the message in its environment. */
import { existsSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../log.js';
import { run } from '../../platform/exec.js';
import { isExecutableFile } from '../../platform/executable.js';
import { type Millis, seconds } from '../../time.js';
import type { JobResult } from '../cluster/interface.js';
import { daemonEnvironment, type EnvironmentSettings } from '../resources/environment.js';
import { isStandardScript, NEVER_RUN, STANDARD_SCRIPTS } from '../resources/standard-scripts.js';
import { type Message, text } from '../wire/message.js';

/** A field name that may become part of a variable's name: names come from the network, and scripts trust the upper-case ones. */
const SAFE_NAME = /^(?=.*[a-z])[A-Za-z0-9_]{1,64}$/;

/** The variables for one message: every string field, our own status, and the mode (heartbeat reference 1.4). */
export const messageEnvironment = (
  message: Message,
  ownStatus: string,
  settings: EnvironmentSettings,
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    message.fields.flatMap((field) =>
      field.type === 'string' && SAFE_NAME.test(field.name)
        ? [[`HA_${field.name}`, field.value.replaceAll('\0', '')]]
        : [],
    ),
  ),
  ...daemonEnvironment(settings),
  HA_OSTATUS: ownStatus,
  ...(settings.legacy ? {} : { HA_NICEFAILBACK: 'yes' }),
});

export interface RcScripts {
  /** Queues the script for the message, when there is one of the administrator's. */
  readonly notify: (message: Message, ownStatus: string) => void;
  /** The same, and tells how it ended; `failed` also when nothing of that name can be run. */
  readonly perform: (message: Message, ownStatus: string) => Promise<JobResult>;
  /**
   * Calls back now and whenever it changes which standard scripts the administrator has replaced by his own.
   *
   * @returns ends this
   */
  readonly watch: (onChange: (names: readonly string[]) => void) => () => void;
  readonly idle: () => Promise<void>;
}

export interface RcScriptOptions {
  readonly settings: EnvironmentSettings;
  readonly log: Log;
  /** Where scripts run; absent or not there: `/`. */
  readonly cwd?: string;
  readonly folder?: string;
  readonly harc?: string;
  readonly timeout?: Millis;
  readonly every?: Millis;
}

/** How often we look whether an administrator has put a script of his own in place of a standard one. */
const LOOK_EVERY = seconds(2);

/** The optional script that the standard rc.d/ip-request calls before it gives a group away (heartbeat reference 2.7). */
const GIVE_HOOK = 'local_giveip';

/** Names come from the network: one that is too long, or holds a NUL, is no file either. */
const isFile = (path: string): boolean => {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** What a change of the file would change. */
const signature = async (path: string): Promise<string> => {
  try {
    const { ino, size, mtimeMs, mode } = await stat(path);
    return `${ino} ${size} ${mtimeMs} ${mode}`;
  } catch {
    return '';
  }
};

/** Looks into rc.d whenever a message comes that may have a script; scripts run one after the other (reference 2.7). */
export const createRcScripts = (options: RcScriptOptions): RcScripts => {
  const { settings, log } = options;
  const folder = options.folder ?? '/etc/ha.d/rc.d';
  const harc = options.harc ?? '/etc/ha.d/harc';
  let last: Promise<unknown> = Promise.resolve();
  let replaced: readonly string[] = [];

  /** Whether the administrator's own script of that name stands there; a genuine one does what we do ourselves. */
  const isReplaced = async (name: string): Promise<boolean> => {
    const path = join(folder, name);
    if (!isExecutableFile(path)) return false;
    try {
      const standard = isStandardScript(name, await readFile(path, 'latin1'));
      return !standard || (name === 'ip-request' && isExecutableFile(join(folder, GIVE_HOOK)));
    } catch {
      return false;
    }
  };

  const findReplaced = async (): Promise<readonly string[]> => {
    const names = STANDARD_SCRIPTS.filter((name) => !NEVER_RUN.includes(name));
    const found = await Promise.all(names.map(isReplaced));
    return names.filter((_name, index) => found[index]);
  };

  const signatures = async (): Promise<string> =>
    (await Promise.all([...STANDARD_SCRIPTS, GIVE_HOOK].map((name) => signature(join(folder, name))))).join('|');

  /** Without harc (the genuine package is gone) we do the little that it does. */
  const command = (type: string): readonly [string, ...string[]] | undefined => {
    if (isExecutableFile(harc)) return [harc, type];
    const path = join(folder, type);
    if (!isExecutableFile(path)) {
      log('ERROR', `${harc}: ${path}: not executable`);
      return undefined;
    }
    log('info', `Running ${path} ${type}`);
    return [path, type];
  };

  const runScript = async (type: string, env: Readonly<Record<string, string>>): Promise<JobResult> => {
    const [program, ...args] = command(type) ?? [];
    if (program === undefined) return { outcome: 'failed' };
    const { cwd } = options;
    const result = await run(program, args, {
      timeout: options.timeout ?? seconds(3600),
      env,
      cwd: cwd !== undefined && existsSync(cwd) ? cwd : '/',
      // Whatever it leaves behind in the background may go on writing.
      ...(settings.debugfile === undefined
        ? { linger: true, maxOutput: 32 * 1024 }
        : { outputFile: settings.debugfile }),
    });
    if (result.code === 0) return { outcome: 'done' };
    const why =
      result.startError ?? (result.timedOut ? 'hung and was killed' : result.killedBy) ?? `return code ${result.code}`;
    const said = result.stderr === '' ? '' : ` (${result.stderr.trim().slice(0, 200)})`;
    log('ERROR', `${join(folder, type)}: ${why}${said}`);
    return { outcome: 'failed' };
  };

  const enqueue = (message: Message, ownStatus: string): Promise<JobResult> => {
    const type = text(message, 't') ?? '';
    const env = messageEnvironment(message, ownStatus, settings);
    const ended = last.then(() => runScript(type, env));
    last = ended;
    return ended;
  };

  const mayRun = (type: string): boolean =>
    !type.startsWith('.') &&
    !type.includes('/') &&
    !NEVER_RUN.includes(type) &&
    (STANDARD_SCRIPTS.includes(type) ? replaced.includes(type) : isFile(join(folder, type)));

  return {
    notify: (message, ownStatus) => {
      if (mayRun(text(message, 't') ?? '')) void enqueue(message, ownStatus);
    },
    perform: enqueue,
    watch: (onChange) => {
      let seen: string | undefined;
      const look = async (): Promise<void> => {
        const now = await signatures();
        if (now === seen) return;
        seen = now;
        const found = await findReplaced();
        if (found.join() === replaced.join()) return;
        const gone = replaced.filter((name) => !found.includes(name));
        for (const name of found.filter((name) => !replaced.includes(name))) {
          log('info', `${join(folder, name)} is not the standard script: it is run in its place.`);
        }
        for (const name of gone) log('info', `${join(folder, name)}: the standard behaviour is back.`);
        replaced = found;
        onChange(found);
      };
      void look();
      const timer = setInterval(() => void look(), options.every ?? LOOK_EVERY);
      return () => clearInterval(timer);
    },
    idle: async () => {
      let seen: unknown;
      while (seen !== last) {
        seen = last;
        await seen;
      }
    },
  };
};
