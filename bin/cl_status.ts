/** cl_status: asks the running heartbeat, ours or the genuine one, about the cluster. */
import { hostname } from 'node:os';
import { runStatusCommand } from '../lib/heartbeat/api/status-commands.js';
import { syslogStyleLine } from '../lib/heartbeat/wiring/log/log-lines.js';
import { connectToDaemon } from '../lib/platform/api-client.js';
import { millis, seconds } from '../lib/time.js';

// heartbeat reference 7.6: whatever happens, it is over after five seconds.
setTimeout(() => process.exit(12), seconds(5)).unref();

const host = hostname();
const path = process.env.HA_SUITE_API_SOCKET;
const { code, stdout, stderr, errors } = await runStatusCommand(process.argv.slice(2), () =>
  connectToDaemon({ node: host.toLowerCase(), ...(path === undefined ? {} : { path }) }),
);
const now = millis(Date.now());
const logLine = (text: string): string =>
  syslogStyleLine({ host, program: 'cl_status', pid: process.pid }, now, 'ERROR', text);
const lines = (texts: readonly string[]): string => texts.map((line) => `${line}\n`).join('');
process.stderr.write(lines([...stderr, ...errors.map(logLine)]));
process.stdout.write(lines(stdout));
process.exitCode = code;
