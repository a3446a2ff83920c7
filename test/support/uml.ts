/** Runs one node program in User-Mode Linux: a real kernel with ip_vs, in a process, on the machine's own files. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textOf } from './files.js';

const KERNEL = '/usr/bin/linux.uml';

/** Modules that the tests need; ip_vs first, the schedulers depend on it. */
const MODULES = [
  ...['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_lc', 'ip_vs_wlc', 'ip_vs_sh', 'ip_vs_mh', 'ip_vs_dh'],
  ...['veth', 'bridge', 'nf_tables', 'dummy'],
] as const;

/** Process 1 inside. Single processes are slow there, so it does as little as possible before node takes over. */
const initScript = (folder: string, program: string): string => `#!/bin/bash
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t tmpfs -o mode=755 tmpfs /run; mount -t tmpfs -o mode=755 tmpfs /var/log
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root UML_RESULT=${folder}/result
release=$(uname -r)
mkdir -p /run/modules/lib/modules; ln -s /usr/lib/uml/modules/$release /run/modules/lib/modules/$release
modprobe -d /run/modules -a ${MODULES.join(' ')} 2>${folder}/modprobe
ip link set dev lo up
'${process.execPath}' '${program}' >${folder}/output 2>&1
echo $? >${folder}/status
echo o >/proc/sysrq-trigger; sleep 5
`;

export interface UmlOptions {
  /** Milliseconds for everything, boot included. */
  readonly deadline: number;
}

/**
 * Boots, runs \`program\` (a compiled file, which writes JSON lines to the file named in UML_RESULT), powers off, and
 * gives what it wrote. Rejects, with everything that was printed, when the program fails or the deadline passes.
 */
export const runInUml = async (program: string, { deadline }: UmlOptions): Promise<readonly unknown[]> => {
  if (!existsSync(KERNEL))
    throw new Error(`${KERNEL} is missing: install user-mode-linux, kmod and ipvsadm (apt-get install)`);
  const folder = mkdtempSync(join(tmpdir(), 'ha-suite-uml-'));
  const read = (name: string): string => {
    const path = join(folder, name);
    return textOf(path);
  };
  try {
    const init = join(folder, 'init');
    writeFileSync(init, initScript(folder, program), { mode: 0o755 });
    const words = ['mem=1024M', 'rootfstype=hostfs', 'root=/dev/root', 'rootflags=/', 'rw', 'quiet'];
    // A process group of its own: User-Mode Linux is several processes, and all of them must go.
    const child = spawn(KERNEL, [...words, `init=${init}`, 'con=null', 'con0=fd:0,fd:1'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let console = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => {
        console += data.toString();
      });
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, deadline);
    await new Promise((resolve) => child.once('exit', resolve));
    clearTimeout(timer);
    if (read('status').trim() !== '0')
      throw new Error(
        `the program in User-Mode Linux failed (status ${read('status').trim() || 'none: out of time?'})\n` +
          `${read('output')}\n${read('modprobe')}\n${read('result')}\n${console}`,
      );
    return read('result')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
