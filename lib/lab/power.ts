/** Power failures of lab hosts: everything in them ends at once, and a boot brings back only what is written down. */
import { readlink } from 'node:fs/promises';
import type { Host } from './host.js';
import { addressCommand, ipBatch } from './network.js';
import { prepareRunFolders } from './suite-files.js';

/** An address of an interface, with prefix length. */
export interface OwnAddress {
  readonly device: string;
  readonly address: string;
}

/** Kills all processes of the host but its first, after making sure that it is not the machine itself. */
const KILL_ALL =
  'test -e /run/lab/etc -o -e /run/lab/own-root && test "$(readlink /proc/self/ns/pid)" != "$1" && kill -9 -1';

/** What lies in the kernel, in /run and in /dev/shm does not outlive a power failure; what the host itself is made of does. */
const FORGET = `
for engine in 'nft flush ruleset' 'ipvsadm -C' 'ipvsadm --stop-daemon master' 'ipvsadm --stop-daemon backup'; do
  $engine 2>/dev/null
done
find /run /dev/shm -mindepth 1 -maxdepth 1 ! -name lab ! -name lock -exec rm -rf {} +
`;

/** Cuts its cables and kills everything in it; what its interfaces had is gone. */
export const powerOff = async (host: Host, devices: readonly string[]): Promise<void> => {
  for (const device of devices) await host.link(device).cut();
  await host.run(['sh', '-c', KILL_ALL, 'power-off', await readlink('/proc/self/ns/pid')]);
  for (const device of devices) await host.get(['ip', 'address', 'flush', 'dev', device]);
};

/** A boot, with nothing of its own started: the kernel and /run are empty, its own addresses and routes are there. */
export const boot = async (
  host: Host,
  addresses: readonly OwnAddress[],
  routes: readonly string[] = [],
): Promise<void> => {
  await host.run(['sh', '-c', FORGET]);
  await prepareRunFolders(host);
  await ipBatch(
    host,
    addresses.map(({ device, address }) => addressCommand(address, device)),
  );
  for (const device of new Set(addresses.map((each) => each.device))) await host.link(device).restore();
  await ipBatch(
    host,
    routes.map((route) => `route replace ${route}`),
  );
};
