/** Runs an administrator's own rc.d script for a message, through harc, with the message in its environment. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../log.js';
import { run } from '../../platform/exec.js';
import { type Millis, seconds } from '../../time.js';
import { type EnvironmentSettings, scriptEnvironment } from '../resources/environment.js';
import { type Message, text } from '../wire/message.js';

/** Scripts of the genuine package: what they do, this daemon does by itself (heartbeat reference 2.7). */
export const STANDARD_SCRIPTS: readonly string[] = [
  'status',
  'ip-request',
  'ip-request-resp',
  'hb_takeover',
  'ask_resources',
];

/** The environment of every script, and what an rc.d script is told beyond it (heartbeat reference 1.4). */
export interface ScriptSettings extends EnvironmentSettings {
  readonly useLogd: boolean;
  readonly legacy: boolean;
}

/** A field name that may become part of a variable's name: names come from the network. */
const SAFE_NAME = /^[A-Za-z0-9_]{1,64}$/;

/** The variables for one message: every string field, our own status, and the mode. */
export const messageEnvironment = (
  message: Message,
  ownStatus: string,
  settings: ScriptSettings,
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    message.fields.flatMap((field) =>
      field.type === 'string' && SAFE_NAME.test(field.name)
        ? [[`HA_${field.name}`, field.value.replaceAll('\0', '')]]
        : [],
    ),
  ),
  ...scriptEnvironment(settings),
  HA_OSTATUS: ownStatus,
  ...(settings.legacy ? {} : { HA_NICEFAILBACK: 'yes' }),
  HA_LOGD: settings.useLogd ? 'yes' : 'no',
});

export interface RcScripts {
  /** Queues the script for the message, when there is one. */
  readonly notify: (message: Message, ownStatus: string) => void;
  readonly idle: () => Promise<void>;
}

export interface RcScriptOptions {
  readonly settings: ScriptSettings;
  readonly log: Log;
  readonly folder?: string;
  readonly harc?: string;
  readonly timeout?: Millis;
}

/** Looks into rc.d once, now; scripts then run one after the other (heartbeat reference 2.7). */
export const createRcScripts = async (options: RcScriptOptions): Promise<RcScripts> => {
  const { settings, log } = options;
  const folder = options.folder ?? '/etc/ha.d/rc.d';
  const harc = options.harc ?? '/etc/ha.d/harc';
  const names = await readdir(folder).catch((): string[] => []);
  const own = new Set(names.filter((name) => !name.startsWith('.') && !STANDARD_SCRIPTS.includes(name)));
  let last: Promise<void> = Promise.resolve();

  const perform = async (type: string, env: Readonly<Record<string, string>>): Promise<void> => {
    const result = await run(harc, [type], {
      timeout: options.timeout ?? seconds(600),
      env,
      cwd: '/',
    });
    if (result.code === 0) return;
    const why = result.startError ?? result.killedBy ?? `return code ${result.code}`;
    log(
      'ERROR',
      `${join(folder, type)}: ${why}${result.stderr === '' ? '' : ` (${result.stderr.trim().slice(0, 200)})`}`,
    );
  };

  return {
    notify: (message, ownStatus) => {
      const type = text(message, 't') ?? '';
      if (!own.has(type)) return;
      const env = messageEnvironment(message, ownStatus, settings);
      last = last.then(() => perform(type, env));
    },
    idle: () => last,
  };
};
