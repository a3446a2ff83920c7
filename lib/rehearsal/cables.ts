/** Which cables of a rehearsal are down, and what is beyond them. */
import { parseAddressArgument } from '../agents/address-argument.js';
import { isAddress } from '../agents/announce-held.js';
import { inNetwork, parseMask } from '../agents/netmask.js';
import type { ResourceGroup } from '../heartbeat/config/model.js';
import type { Simulation } from './simulation.js';
import type { Happening } from './story.js';

/** An address of haresources with the device that it names, if it names one. */
interface Held {
  readonly address: string;
  readonly device: string | undefined;
  readonly prefix: number | undefined;
}

export class Cables {
  private readonly down = new Map<string, { readonly link: string; readonly node: string | undefined }>();
  private readonly held: readonly Held[];
  /** What `deviceTowards` has found. */
  private readonly found = new Map<string, string | undefined>();

  /** `groups` say which device each address is on. */
  constructor(groups: readonly ResourceGroup[]) {
    this.held = groups
      .flatMap(({ resources }) => resources)
      .filter(isAddress)
      .map(({ args }) => parseAddressArgument(args.join('::')))
      .map(({ address, device, mask }) => {
        const prefix = parseMask(mask ?? '', address.includes(':') ? 128 : 32);
        return { address, device, prefix };
      });
  }

  set({ link, node, up }: Extract<Happening, { type: 'link' }>): void {
    const key = `${link} ${node ?? ''}`;
    if (up) this.down.delete(key);
    else this.down.set(key, { link, node });
  }

  /** Cuts in a simulation what these cables carry, and nothing else. */
  apply(simulation: Simulation, nodes: readonly string[]): void {
    simulation.heal();
    for (const { link, node } of this.down.values()) {
      for (const [index, one] of nodes.entries()) {
        for (const other of nodes.slice(index + 1)) {
          if (node === undefined || node === one || node === other) simulation.partition(one, other, link);
        }
      }
    }
  }

  /** The device that clients reach an address by: the one that haresources names, or any. */
  deviceOf(address: string): string | undefined {
    return this.held.find((one) => one.address === address)?.device;
  }

  /** The device that leads to a server: that of an address with a mask in the same network, or any. */
  deviceTowards(server: string): string | undefined {
    if (!this.found.has(server)) {
      const near = this.held
        .filter(({ prefix, address }) => prefix !== undefined && inNetwork(server, address, prefix))
        .toSorted((one, other) => (other.prefix ?? 0) - (one.prefix ?? 0));
      this.found.set(server, near[0]?.device);
    }
    return this.found.get(server);
  }

  /** Whether somebody beyond a device and a node reach each other. */
  reaches(node: string, device: string | undefined): boolean {
    return device === undefined || ![...this.down.values()].some((one) => one.link === device && one.node === node);
  }
}
