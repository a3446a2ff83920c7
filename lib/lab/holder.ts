/** One process that keeps the namespaces of a lab host alive, and takes them along when it, or we, die. */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { findProgram } from '../platform/exec.js';
import type { Millis } from '../time.js';
import { millis } from '../time.js';
import { suiteRoot } from './suite-root.js';

/**
 * How far a host is apart: only its network and host name, or processes and the files of heartbeat as well, or all files, so
 * that packages can be installed there.
 */
export type Separation = 'network' | 'machine' | 'system';

export interface Holder {
  /** Process id, seen from outside, of the process inside the namespaces; the target for nsenter. */
  readonly pid: number;
  /** Ends everything that runs inside; resolves when it is gone. */
  readonly end: () => Promise<void>;
}

/** How long a host may take to be set up. */
const SETUP: Millis = millis(20_000);

/**
 * The folders a host has for itself, made without leaving a trace outside: /etc is a copy (made on writing where the
 * system can do that), /run, /var/log and
 * /usr/local/sbin are empty, and /var/lib shows what is outside except for the state of heartbeat. /dev/shm is empty as well:
 * libfaketime names things there after process ids, which every host has for itself.
 */
const OWN_FILES = `
mount -t proc proc /proc
mount -t sysfs sysfs /sys || true
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /dev/shm
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mkdir -p /run/lab/etc /run/lab/log /run/lab/sbin /run/lab/lib /run/lab/outside-lib /run/lock
mkdir /run/lab/etc-changes /run/lab/etc-work
mount -t overlay -o lowerdir=/etc,upperdir=/run/lab/etc-changes,workdir=/run/lab/etc-work overlay /run/lab/etc 2>/dev/null ||
  cp -a /etc/. /run/lab/etc
mount --bind /run/lab/etc /etc
mount --bind /run/lab/log /var/log
mount --bind /run/lab/sbin /usr/local/sbin
mount --bind /var/lib /run/lab/outside-lib
ln -s /run/lab/outside-lib/* /run/lab/lib
rm -f /run/lab/lib/heartbeat
mkdir -p /run/lab/lib/heartbeat
mount --bind /run/lab/lib /var/lib
`;

/**
 * A copy of the whole file system that costs nothing: what is written goes to memory. Where the suite or Node
 * stands on another file system it is shown there, for reading. Becoming the root (and no chroot) is what keeps every program inside that enters the mount namespace.
 */
const OWN_ROOT = `
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
cd /mnt/root
mount -t proc proc proc
mount -t sysfs sysfs sys || true
mount --rbind /dev dev
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
for folder in "$2" "$3"; do
  [ "$(stat -c %d "$folder")" != "$(stat -c %d /)" ] || continue
  mkdir -p ".$folder"
  mount --bind "$folder" ".$folder"
  mount -o remount,bind,ro ".$folder"
done
mkdir -p run/lab run/lock mnt tmp
touch run/lab/own-root
pivot_root . mnt
umount -l /mnt
cd /
chmod 1777 /tmp
`;

const PREPARE: Readonly<Record<Separation, string>> = { network: '', machine: OWN_FILES, system: OWN_ROOT };

/**
 * The script of the holder. It reports the process id that the outside knows it by, then waits for the end of its
 * standard input, which comes by itself when we die for whatever reason. Ignoring SIGCHLD makes the kernel reap the
 * orphans of a process-id namespace: a zombie would look alive to a program that polls with kill(pid, 0).
 */
const script = (separation: Separation): string => `
set -eu
umask 022
cd /
read -r pid rest </proc/self/stat
hostname "$1"
ip link set dev lo up
${PREPARE[separation]}
echo "$pid"
exec env --ignore-signal=CHLD cat >/dev/null
`;

const ALL = ['--net', '--uts', '--pid', '--fork', '--kill-child', '--mount', '--ipc', '--propagation', 'private'];
const flags: Readonly<Record<Separation, readonly string[]>> = {
  network: ['--net', '--uts'],
  machine: ALL,
  system: ALL,
};

/** Starts a holder for the host `name`; rejects with what the set-up printed when it cannot be done. */
export const startHolder = async (name: string, separation: Separation): Promise<Holder> => {
  const unshare = findProgram('unshare');
  if (unshare === undefined) throw new Error('unshare is missing (Debian package util-linux)');
  const words = ['lab-holder', name, suiteRoot, dirname(process.execPath)];
  const child = spawn(unshare, [...flags[separation], '--', '/bin/sh', '-c', script(separation), ...words], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its own process group: Ctrl-C on the terminal is ours to handle, in our order.
    detached: true,
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const end = async (): Promise<void> => {
    child.stdin.end();
    const late = setTimeout(() => child.kill('SIGKILL'), 2000);
    await gone;
    clearTimeout(late);
  };
  let said = '';
  child.stdin.on('error', () => undefined);
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const pid = await new Promise<number>((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(deadline);
      child.kill('SIGKILL');
      reject(new Error(`lab host ${name}: ${why}${said === '' ? '' : `: ${said.trim()}`}`));
    };
    const deadline = setTimeout(() => fail('set-up took too long'), SETUP);
    child.once('error', (error) => fail(error.message));
    child.once('close', () => fail('could not be set up (namespaces need root)'));
    child.stdout.once('data', (chunk: Buffer) => {
      clearTimeout(deadline);
      resolve(Number(chunk.toString()));
    });
  });
  return { pid, end };
};
