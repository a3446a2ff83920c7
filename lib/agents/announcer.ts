/** Who announces an address that an agent has just added: the daemon itself, or a send_arp that outlives the script. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../log.js';
import { type AnnounceTarget, announce, cancelAnnouncement } from '../platform/announce.js';
import { type Millis, millis } from '../time.js';
import { ownCommand } from './own-folder.js';

/** `[announce]` in ha-suite.ini. */
export interface AnnounceSettings {
  readonly count: number;
  readonly interval: Millis;
}

export const DEFAULT_ANNOUNCE: AnnounceSettings = { count: 5, interval: millis(200) };

export interface Announcer {
  /** Returns at once; what goes wrong is logged. */
  start(target: AnnounceTarget, log: Log): void;
  /** Ends the repetitions, whoever sends them. */
  stop(target: AnnounceTarget): void;
}

/** Where genuine agents keep their files, too (heartbeat reference 1.2). */
export const RESOURCE_TEMP = '/run/heartbeat/rsctmp';

const pidFile = (address: string): string => join(RESOURCE_TEMP, `send_arp-${address}`);

/** Ends a send_arp that a script, ours or genuine, has left running for an address. */
const endSendArp = (address: string): void => {
  try {
    const pid = Number(readFileSync(pidFile(address), 'latin1').trim());
    if (!Number.isInteger(pid) || pid <= 1) return;
    // The pid may belong to somebody else by now.
    if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('send_arp')) process.kill(pid, 'SIGTERM');
    rmSync(pidFile(address), { force: true });
  } catch {
    // No pid file, or the process has ended: nothing is being repeated.
  }
};

/** Announces from this process, the first packets before `start` returns. For the daemon. */
export const inProcessAnnouncer = (settings: AnnounceSettings = DEFAULT_ANNOUNCE): Announcer => ({
  start: (target, log) => void announce(target, { ...settings, log }),
  stop: (target) => {
    cancelAnnouncement(target);
    endSendArp(target.address);
  },
});

/** Leaves a send_arp running in the background, as the genuine scripts do. For agents that are run as scripts. */
export const detachedAnnouncer = (settings: AnnounceSettings = DEFAULT_ANNOUNCE): Announcer => ({
  start: ({ device, address }, log) => {
    const sendArp = ownCommand('send_arp');
    if (sendArp === undefined) {
      log('WARN', `Cannot announce ${address}: our command send_arp is not installed`);
      return;
    }
    try {
      mkdirSync(RESOURCE_TEMP, { recursive: true, mode: 0o755 });
    } catch {
      // Then there is no pid file, and the repetitions end by themselves.
    }
    // send_arp sleeps half its interval between the packets of a pair (its usage text).
    const repeat = ['-i', String(settings.interval), '-r', String(settings.count), '-p', pidFile(address)];
    const child = spawn(process.execPath, [sendArp, ...repeat, device, address, 'auto', 'not_used', 'not_used'], {
      ...{ detached: true, stdio: 'ignore' as const, cwd: '/' },
    });
    child.on('error', (error) => log('WARN', `Cannot announce ${address}: ${error.message}`));
    child.unref();
  },
  stop: ({ address }) => endSendArp(address),
});
