/** ha-heartbeat: the cluster daemon and the commands to it. Heavy parts are loaded only by the commands that need them. */
import '../lib/heartbeat/wiring/process/early-signals.js';
import { hostname } from 'node:os';
import {
  parseCommandLine,
  type Request,
  type ShadowRequest,
  type StartRequest,
} from '../lib/heartbeat/command-line.js';
import { ownNodeName } from '../lib/heartbeat/wiring/files/node-name.js';
import { syslogStyleLine } from '../lib/heartbeat/wiring/log/log-lines.js';
import {
  type ProcessControl,
  reloadCommand,
  reloadConclusion,
  type Said,
  statusText,
  stopCommand,
} from '../lib/heartbeat/wiring/process/control.js';
import { PID_FILE } from '../lib/heartbeat/wiring/process/run-places.js';
import { runState } from '../lib/heartbeat/wiring/process/running.js';
import { isDetached, startDetached } from '../lib/platform/daemonize.js';
import { millis, seconds } from '../lib/time.js';
import { SUITE_VERSION } from '../lib/version.js';

/** What genuine 3.0.6 prints; scripts compare it. */
const HEARTBEAT_VERSION = '3.0.6 (node: 958e11be8686759f1b99204c17812f2c2633b169)';
/** A small nursery: after minutes of heartbeats the process has 64 MiB instead of 71, at no cost that could be measured. */
const NODE_ARGS = ['--max-semi-space-size=2'] as const;

/** The longest a start may take: a device that gets its address late, a name server that does not answer. */
const START_LIMIT = seconds(150);

const control: ProcessControl = {
  runState: () => runState(PID_FILE),
  signal: (pid, signal) => void process.kill(pid, signal),
  sleep: (duration) => new Promise((resolve) => setTimeout(resolve, duration)),
};

const line = (text: string): string => {
  const source = { host: hostname(), program: 'heartbeat', pid: process.pid };
  return `${syslogStyleLine(source, millis(Date.now()), 'info', text)}\n`;
};

const finish = ({ stdout, stderr, code }: Said): void => {
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
};

const print = (stdout: string, code = 0): void => finish({ stdout, stderr: '', code });

const check = async (json: boolean): Promise<void> => {
  const { checkText } = await import('../lib/heartbeat/wiring/process/check.js');
  finish(await checkText(json));
};

const startDaemonProcess = async (start: StartRequest): Promise<void> => {
  // In place of the daemon that ran in this very process, which has detached itself long ago.
  const resumes = start.resume !== undefined;
  if (!isDetached() && !resumes) {
    if (start.show) {
      const { configurationText } = await import('../lib/heartbeat/wiring/process/check.js');
      process.stdout.write(await configurationText());
    }
    const run = runState(PID_FILE);
    if (run.state === 'running') {
      // heartbeat reference 8.1: this is no failure, unless the files have become wrong meanwhile: they are read first.
      const { startLines } = await import('../lib/heartbeat/wiring/process/check.js');
      const { text, code, log } = await startLines('start', line);
      const running = code === 0 ? `heartbeat: already running [pid ${run.pid}].` : '';
      finish({ stdout: '', stderr: `${text}${running === '' ? '' : line(running)}`, code });
      await log(running);
      return;
    }
  }
  if (!isDetached() && !start.foreground && !resumes) {
    const result = await startDetached({
      args: process.argv.slice(2),
      nodeArgs: NODE_ARGS,
      timeout: START_LIMIT,
      onLine: (text) => process.stderr.write(text.endsWith('\n') ? text : `${text}\n`),
    });
    if (result.ready) return;
    finish({ stdout: '', stderr: result.messages.map((text) => `${text}\n`).join(''), code: result.code });
    return;
  }
  const { serve } = await import('../lib/heartbeat/wiring/process/serve.js');
  // Whatever timers or sockets are left: the daemon is done when it says so.
  process.exit(await serve(start));
};

const reload = async (start: StartRequest): Promise<void> => {
  const run = runState(PID_FILE);
  if (run.state !== 'running') {
    await startDaemonProcess(start);
    return;
  }
  const { startLines } = await import('../lib/heartbeat/wiring/process/check.js');
  const checked = await startLines('reload', line);
  process.stderr.write(checked.text);
  await checked.log(reloadConclusion(run.pid, checked.code));
  finish(reloadCommand(control, run.pid, checked.code, line));
};

const watch = async (shadow: ShadowRequest): Promise<never> => {
  const { serveShadow } = await import('../lib/heartbeat/wiring/shadow/serve.js');
  // Whatever timers are left: the shadow is done when it says so.
  process.exit(await serveShadow(shadow));
};

const obey = async (request: Request): Promise<void> => {
  switch (request.action) {
    case 'print':
      finish({ stdout: '', stderr: '', code: request.code, [request.stream]: request.text });
      return;
    case 'version':
      print(`${HEARTBEAT_VERSION}\n`);
      return;
    case 'suite-version':
      print(`${SUITE_VERSION}, compatible with heartbeat 3.0.6\n`);
      return;
    case 'directives': {
      const { directiveTable } = await import('../lib/heartbeat/directive-table.js');
      print(directiveTable(request.wiki));
      return;
    }
    case 'status':
      // heartbeat reference 8.2: genuine has lower-cased the name of the machine by then, too.
      finish(statusText(control.runState(), hostname().toLowerCase(), ownNodeName()));
      return;
    case 'stop':
      finish(await stopCommand(control));
      return;
    case 'check':
      await check(request.json);
      return;
    case 'shadow':
      await watch(request.shadow);
      return;
    case 'shadow-status': {
      const { shadowStatus } = await import('../lib/heartbeat/wiring/shadow/running.js');
      finish(shadowStatus(request.json));
      return;
    }
    case 'shadow-stop': {
      const { stopShadow } = await import('../lib/heartbeat/wiring/shadow/running.js');
      finish(await stopShadow(control.sleep));
      return;
    }
    case 'start':
      await startDaemonProcess(request.start);
      return;
    case 'reload':
      await reload(request.start);
      return;
  }
};

await obey(parseCommandLine(process.argv.slice(2)));
