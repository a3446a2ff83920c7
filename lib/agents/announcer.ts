/** Who announces an address that an agent has just added: the daemon itself, or a send_arp that outlives the script. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../log.js';
import { type AnnounceTarget, announce, cancelAnnouncement } from '../platform/announce.js';
import { type Millis, millis } from '../time.js';
import { ownCommand } from './own-folder.js';
import { type ProbeSettings, probeOwner } from './probe-owner.js';

/** `[announce]` in ha-suite.ini. */
export interface AnnounceSettings extends ProbeSettings {
  readonly count: number;
  readonly interval: Millis;
}

export const DEFAULT_ANNOUNCE: AnnounceSettings = {
  ...{ count: 5, interval: millis(200) },
  ...{ probe: millis(200), probefirst: 'no' },
};

export interface Announcer {
  /** Asks whether somebody else has an address that is about to be taken; resolves when it may be taken. */
  probe(target: AnnounceTarget, log: Log): Promise<void>;
  /** Returns at once; what goes wrong is logged. `settings` count for this address only. */
  start(target: AnnounceTarget, log: Log, settings?: Partial<AnnounceSettings>): void;
  /** Ends the repetitions, whoever sends them. */
  stop(target: AnnounceTarget): void;
}

/** Where the genuine agents of resource-agents 4 keep their files, too, so that either can undo the other's work. */
export const RESOURCE_TEMP = process.env.HA_RSCTMP ?? '/run/resource-agents';

/** The pid file of a send_arp that is announcing an address. */
export const announcementFile = (address: string): string => join(RESOURCE_TEMP, `send_arp-${address}`);

/** Ends a send_arp that a script, ours or genuine, has left running for an address. */
const endSendArp = (address: string): void => {
  try {
    const pid = Number(readFileSync(announcementFile(address), 'latin1').trim());
    if (!Number.isInteger(pid) || pid <= 1) return;
    // The pid may belong to somebody else by now.
    if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('send_arp')) process.kill(pid, 'SIGTERM');
    rmSync(announcementFile(address), { force: true });
  } catch {
    // No pid file, or the process has ended: nothing is being repeated.
  }
};

/** Announces from this process, the first packets before `start` returns. For the daemon. */
export const inProcessAnnouncer = (settings: AnnounceSettings = DEFAULT_ANNOUNCE): Announcer => ({
  probe: (target, log) => probeOwner(target, settings, log),
  start: (target, log, own) => void announce(target, { ...settings, ...own, log }),
  stop: (target) => {
    cancelAnnouncement(target);
    endSendArp(target.address);
  },
});

/**
 * Leaves a send_arp running in the background, as the genuine scripts do. For agents that are run as scripts: whoever runs
 * them waits for their end, so that nobody is asked first unless that was wished.
 */
export const detachedAnnouncer = (settings: AnnounceSettings = DEFAULT_ANNOUNCE): Announcer => ({
  probe: (target, log) => (settings.probefirst === 'yes' ? probeOwner(target, settings, log) : Promise.resolve()),
  start: ({ device, address }, log, own) => {
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
    const { interval, count } = { ...settings, ...own };
    const repeat = ['-i', String(interval), '-r', String(count), '-p', announcementFile(address)];
    const child = spawn(process.execPath, [sendArp, ...repeat, device, address, 'auto', 'not_used', 'not_used'], {
      ...{ detached: true, stdio: 'ignore' as const, cwd: '/' },
    });
    child.on('error', (error) => log('WARN', `Cannot announce ${address}: ${error.message}`));
    child.unref();
  },
  stop: ({ address }) => endSendArp(address),
});
