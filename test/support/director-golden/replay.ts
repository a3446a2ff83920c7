/** Replays one recorded case against a program; runs inside the case's own namespaces (see run-case.ts). */
import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeCertificate } from '../certificate.js';
import { textOf } from '../files.js';
import { type IpvsServer, startIpvsServer } from './ipvs-server.js';
import type { SimCall } from './kernel.js';
import type { Scenario, Step } from './scenario.js';
import { createScriptedServer, type ScriptedServer } from './servers.js';

/** What a case is replayed with. */
export interface Order {
  readonly scenario: Scenario;
  readonly config: string;
  /** Program and its first arguments. */
  readonly program: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** For each step the table it must settle at. */
  readonly expected: readonly (readonly string[])[];
  /** Steps in which nothing visible need happen are watched no longer than this. */
  readonly longestPause: number;
}

export interface CliResult {
  readonly argv: readonly string[];
  readonly rc: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StepResult {
  readonly table: readonly string[];
  readonly calls: readonly SimCall[];
  readonly log: readonly string[];
  readonly cli: CliResult | undefined;
  readonly sh: string | undefined;
  /** Whether the table came to what was expected. */
  readonly settled: boolean;
}

export interface Outcome {
  readonly steps: readonly StepResult[];
  /** What each server saw. */
  readonly seen: Readonly<Record<string, readonly string[]>>;
  /** Files in /run/cap. */
  readonly kept: Readonly<Record<string, string>>;
}

const FOLDER = '/run/cap';
const BY_HAND = `${FOLDER}/ipvsadm.real`;
/** Longest wait for a table; a round of the slowest case takes 10 s. */
const SETTLE = 12_000;
/** A table counts as settled when nothing was changed for so long. */
const QUIET = 400;

/** Never waits inside: commands talk to the stand-in ipvsadm, which this process serves. */
const shell = (command: string): Promise<string> =>
  new Promise((resolve) => {
    execFile('/bin/sh', ['-c', command], { timeout: 20_000 }, (_error, stdout) => resolve(stdout));
  });
const until = async (condition: () => boolean, limit: number): Promise<boolean> => {
  const end = Date.now() + limit;
  while (!condition()) {
    if (Date.now() > end) return false;
    await pause(25);
  }
  return true;
};
const writeFile = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

/** A syslog socket that writes what it gets to /run/cap/syslog. */
const startSyslog = async (): Promise<void> => {
  const program = `use Socket; socket(S, AF_UNIX, SOCK_DGRAM, 0); bind(S, sockaddr_un("/dev/log")); chmod 0666, "/dev/log";
    while (defined recv(S, $b, 8192, 0)) { open(F, ">>", "${FOLDER}/syslog"); print F "$b\n"; close F }`;
  spawn('/usr/bin/perl', ['-e', program], { stdio: 'ignore' });
  await until(() => existsSync('/dev/log'), 3000);
};

interface Running {
  readonly argv: readonly string[];
  readonly pid: number;
  stdout: string;
  stderr: string;
  rc: number | string | undefined;
}

/** Everything that lives as long as the case. */
interface Stage {
  readonly order: Order;
  readonly ipvs: IpvsServer;
  readonly servers: ReadonlyMap<string, ScriptedServer>;
  readonly background: Map<string, Running>;
  readonly usesSyslog: boolean;
  /** Name in the pid file of the daemon last spoken to. */
  pidName: string;
  config: string;
}

const launch = (stage: Stage, argv: readonly string[], cwd: string): Running => {
  const [file = '', ...first] = stage.order.program;
  const child = spawn(file, [...first, ...argv], { env: stage.order.env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const running: Running = { argv, pid: child.pid ?? 0, stdout: '', stderr: '', rc: undefined };
  child.stdout.on('data', (chunk) => {
    running.stdout += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk) => {
    running.stderr += chunk.toString('utf8');
  });
  child.on('close', (code, signal) => {
    running.rc = code ?? `signal ${signal}`;
  });
  return running;
};

const prepare = async (order: Order): Promise<Stage> => {
  const { scenario, config } = order;
  const usesSyslog = /^logfile="[^/]/m.test(config);
  mkdirSync('/run/lock', { recursive: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const address of scenario.addrs)
    await shell(
      address.includes(':') ? `ip -6 addr add ${address}/128 dev lo nodad` : `ip addr add ${address}/32 dev lo`,
    );
  writeFile(`${FOLDER}/hosts`, `127.0.0.1 localhost\n127.0.1.1 director\n${scenario.hosts ?? ''}`);
  writeFile(`${FOLDER}/resolv`, '');
  await shell(`mount --bind ${FOLDER}/hosts /etc/hosts; mount --bind ${FOLDER}/resolv /etc/resolv.conf`);
  if (usesSyslog) {
    // A private /dev, so that the log socket of the machine stays out of it.
    const nodes = ['null 1 3', 'zero 1 5', 'full 1 7', 'random 1 8', 'urandom 1 9', 'tty 5 0'];
    const make = nodes.map((node) => `mknod -m 666 /run/dev/${node.replace(' ', ' c ')}`).join('; ');
    await shell(
      `mkdir /run/dev; mount -t tmpfs none /run/dev; ${make}; ln -s /proc/self/fd /run/dev/fd; mount --move /run/dev /dev`,
    );
    await startSyslog();
  }
  const ipvs = await startIpvsServer(`${FOLDER}/ipvsadm`, BY_HAND, FOLDER);
  await shell(`mount --bind ${FOLDER}/ipvsadm /usr/sbin/ipvsadm`);
  for (const [path, text] of Object.entries(scenario.files ?? {})) {
    writeFile(path, text);
    chmodSync(path, 0o755);
  }
  // Genuine hears of another sendmail by this variable; here it takes the place of the real one.
  const sendmail = /^sendmail:(.*)$/.exec(scenario.env.PERL_MAILERS ?? '')?.[1];
  if (sendmail !== undefined) await shell(`mount --bind ${sendmail} /usr/sbin/sendmail`);
  writeFile(scenario.configPath, config);
  const certificate = scenario.servers.some(({ tls }) => tls)
    ? makeCertificate({ commonName: 'wrong.example' })
    : { key: '', cert: '' };
  writeFile(`${FOLDER}/cert.pem`, certificate.cert);
  const servers = new Map(scenario.servers.map((script) => [script.id, createScriptedServer(script, certificate)]));
  for (const { id, initiallyDown } of scenario.servers) if (initiallyDown !== true) await servers.get(id)?.start();
  return { order, ipvs, servers, background: new Map(), usesSyslog, pidName: '', config };
};

const logText = (stage: Stage): string => textOf(stage.usesSyslog ? `${FOLDER}/syslog` : '/var/log/ldirectord.log');

const pidFile = (stage: Stage): string => `/var/run/ldirectord.${stage.pidName}.pid`;

const rewriteConfig = (stage: Stage, text: string): void => {
  const path = stage.order.scenario.configPath;
  const before = existsSync(path) ? statSync(path).mtimeMs : 0;
  writeFileSync(path, text);
  // A time that surely differs, in whole seconds, as genuine looks at those.
  const time = Math.floor(Math.max(Date.now(), before + 2000) / 1000);
  utimesSync(path, time, time);
};

const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

const signalDaemon = (stage: Stage, step: Step): void => {
  const target = step.target === undefined ? undefined : stage.background.get(step.target)?.pid;
  const pid = target ?? Number(textOf(pidFile(stage)).trim());
  if (pid > 0) process.kill(pid, `SIG${step.kill}`);
};

const runCli = async (stage: Stage, step: Step, argv: readonly string[]): Promise<CliResult> => {
  const words = argv.filter((word) => !word.startsWith('-'));
  stage.pidName = words.length > 1 ? (words[0] ?? '').replace(/^.*\//, '') : 'ldirectord';
  const running = launch(stage, argv, step.cwd ?? '/root');
  if (!(await until(() => running.rc !== undefined, 40_000))) process.kill(running.pid, 'SIGKILL');
  const { rc = 'timeout', stdout, stderr } = running;
  return { argv, rc, stdout, stderr };
};

const perform = async (stage: Stage, step: Step): Promise<Pick<StepResult, 'cli' | 'sh'>> => {
  let cli: CliResult | undefined;
  let sh: string | undefined;
  if (step.cli !== undefined) cli = await runCli(stage, step, step.cli);
  if (step.bg !== undefined) stage.background.set('bg', launch(stage, step.bg, step.cwd ?? '/root'));
  for (const id of listOf(step.down)) await stage.servers.get(id)?.stop();
  for (const id of listOf(step.up)) await stage.servers.get(id)?.start();
  if (step.set !== undefined) stage.servers.get(step.set)?.set(step.opts ?? {});
  if (step.write !== undefined) writeFile(step.write, step.content ?? '');
  if (step.config !== undefined) rewriteConfig(stage, step.config);
  if (step.rm !== undefined) rmSync(step.rm, { recursive: true, force: true });
  if (step.sh !== undefined) {
    const stdout = await shell(step.sh.replaceAll('ldirectord test.cf start', 'ldirectord[^ ]* test.cf start'));
    if (step.show === true) sh = stdout;
  }
  if (step.kill !== undefined) signalDaemon(stage, step);
  if (step.waitGone === true) await until(() => !existsSync(pidFile(stage)), 20_000);
  if (step.waitExit === true) {
    const running = stage.background.get('bg');
    await until(() => running?.rc !== undefined, 20_000);
    if (running !== undefined) cli = { ...running, rc: running.rc ?? 'still running' };
  }
  return { cli, sh };
};

/** Waits until the table is as expected and stays so; where it need not change, for the log line or a while. */
const settle = async (stage: Stage, index: number, step: Step, logStart: number): Promise<boolean> => {
  const { expected, longestPause } = stage.order;
  const wanted = (expected[index] ?? []).join('\n');
  const changes = wanted !== (expected[index - 1] ?? []).join('\n');
  if (step.waitLog !== undefined) {
    const line = new RegExp(step.waitLog);
    await until(() => line.test(logText(stage).slice(logStart)), 6000);
  }
  const watched = step.quiet ?? (changes ? undefined : step.sleep);
  if (watched !== undefined) await pause(Math.min(watched * 1000, longestPause));
  const reached = (): boolean => stage.ipvs.kernel.lines().join('\n') === wanted;
  const end = Date.now() + SETTLE;
  for (;;) {
    if (!(await until(reached, end - Date.now()))) return false;
    const count = stage.ipvs.calls.length;
    if (changes) await pause(QUIET);
    if (reached() && stage.ipvs.calls.length === count) return true;
    if (Date.now() > end) return false;
  }
};

export const replay = async (order: Order): Promise<Outcome> => {
  const stage = await prepare(order);
  const steps: StepResult[] = [];
  for (const [index, step] of order.scenario.steps.entries()) {
    const [callStart, logStart] = [stage.ipvs.calls.length, logText(stage).length];
    const { cli, sh } = await perform(stage, step);
    const settled = await settle(stage, index, step, logStart);
    steps.push({
      table: stage.ipvs.kernel.lines(),
      calls: stage.ipvs.calls.slice(callStart),
      log: logText(stage)
        .slice(logStart)
        .split('\n')
        .filter((line) => line !== ''),
      cli,
      sh,
      settled,
    });
  }
  const names = (await shell(`ls ${FOLDER}`)).split('\n').filter((name) => /\.out$|^syslog$|^mon$/.test(name));
  return {
    steps,
    seen: Object.fromEntries([...stage.servers].map(([id, server]) => [id, server.seen()])),
    kept: Object.fromEntries(names.map((name) => [name, textOf(`${FOLDER}/${name}`)])),
  };
};

const [, , orderFile, resultFile] = process.argv;
if (orderFile !== undefined && resultFile !== undefined) {
  const order = JSON.parse(readFileSync(orderFile, 'utf8')) as Order;
  // The result goes out through a file that was opened before /run and /tmp could be covered.
  writeFileSync(resultFile, JSON.stringify(await replay(order)));
  process.exit(0);
}
