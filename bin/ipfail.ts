/** ipfail: moves the resources to the node that sees more ping nodes. Started by a `respawn` line of ha.cf. */
import { hostname } from 'node:os';
import { IPFAIL_HELP } from '../lib/heartbeat/ipfail/help.js';
import { childLog } from '../lib/heartbeat/wiring/child-log.js';
import { runIpfail } from '../lib/heartbeat/wiring/ipfail.js';
import { connectToDaemon } from '../lib/platform/api-client.js';

if (process.argv.includes('--help')) {
  process.stdout.write(IPFAIL_HELP);
  process.exit(0);
}

const host = hostname();
const path = process.env.HA_SUITE_API_SOCKET;
const logger = childLog('ipfail', host, process.env);
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
});

const code = await runIpfail({
  connect: () => connectToDaemon({ node: host.toLowerCase(), name: 'ipfail', ...(path === undefined ? {} : { path }) }),
  log: logger.log,
  onParameters: logger.learn,
  onReady: logger.leaveTerminal,
  stopped,
});
await logger.close();
process.exit(code);
