/** send_arp: tells the neighbours which hardware address an IP address has now, see send_arp(8). */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseSendArp, type SendArpRequest } from '../lib/agents/send-arp-arguments.js';
import { announce, prepareAnnouncer } from '../lib/platform/announce.js';
import { readDevices } from '../lib/platform/routes.js';

const USAGE = `send_arp: announces which hardware address an IP address has.
  usage: send_arp [-i repeatinterval-ms] [-r repeatcount] [-p pidfile] \\
              device src_ip_addr src_hw_addr broadcast_ip_addr netmask

    -i  milliseconds between two announcements (1000)
    -r  how many announcements, each an ARP request and an ARP reply (1)
    -p  file that holds the process id meanwhile
    --help             this text
    src_hw_addr        twelve hexadecimal digits, or auto for that of the device
    broadcast_ip_addr  not used
    netmask            not used

Examples:
  send_arp -i 200 -r 5 eth0 192.168.0.105 auto not_used not_used
      five times, every 200 ms: 192.168.0.105 is here now, on eth0
  send_arp eth0 2001:db8::105 auto not_used not_used
      the same for IPv6, once
`;

const complain = (text: string): void => void process.stderr.write(`send_arp: [${process.pid}]: ERROR: ${text}\n`);

/** Removes the pid file if it is still ours. */
const removePidFile = (path: string): void => {
  try {
    if (Number(readFileSync(path, 'latin1').trim()) === process.pid) rmSync(path, { force: true });
  } catch {
    // Somebody has removed it already.
  }
};

const send = async (request: SendArpRequest): Promise<number> => {
  const { pidFile } = request;
  if (!readDevices().includes(request.device)) {
    complain(`Cannot find mac address for ${request.device}`);
    return 1;
  }
  await prepareAnnouncer();
  let stop = (): void => undefined;
  // Whoever has read the pid file may send a signal at once: from then on it ends the announcements, and not the process.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => stop());
  if (pidFile !== undefined) {
    try {
      writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o644 });
    } catch (error) {
      complain(`Cannot write pid file ${pidFile}: ${String(error)}`);
      return 1;
    }
  }
  const announcement = announce(request, {
    ...{ count: request.count, interval: request.interval },
    log: (priority, text) => {
      if (priority !== 'info') complain(text);
    },
  });
  stop = announcement.cancel;
  const sent = await announcement.done;
  if (pidFile !== undefined) removePidFile(pidFile);
  return sent ? 0 : 1;
};

const words = process.argv.slice(2);
const request = parseSendArp(words);
if (words[0] === '--help') process.stdout.write(USAGE);
else if (request === undefined) {
  process.stderr.write(USAGE);
  process.exitCode = 1;
} else if (typeof request === 'string') {
  complain(request);
  process.exitCode = 1;
} else {
  process.exitCode = await send(request);
}
