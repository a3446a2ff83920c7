/** The device of one simulated node that resets other nodes; it works also while the process that asked for it sleeps. */
import type { Fencing } from './world.js';

/** As lib/heartbeat/wiring/fencing.ts tries again. */
const RETRY = 5_000;

/** What a device needs of the simulation. */
export interface DeviceSurroundings {
  /** Lets something happen after so many milliseconds. */
  readonly after: (delay: number, run: () => void) => void;
  readonly reset: (node: string) => void;
  /** Tells the daemon that has ordered it. */
  readonly fenced: (node: string) => void;
}

interface Order {
  readonly node: string;
  tries: number;
}

export class FencingDevice {
  private standing: Order | undefined;

  constructor(
    private readonly kind: Fencing,
    private readonly surroundings: DeviceSurroundings,
  ) {}

  /** Takes an order of the daemon, in place of the one before. */
  order(node: string): void {
    const order = { node, tries: 0 };
    this.standing = order;
    this.call(order);
  }

  /** The order is taken back, or the daemon that gave it is gone. */
  cancel(): void {
    this.standing = undefined;
  }

  private call(order: Order): void {
    const { after, reset, fenced } = this.surroundings;
    after(this.kind.time, () => {
      order.tries += 1;
      const works = order.tries > this.kind.failures;
      // What has been begun takes its course, also when the order was taken back meanwhile.
      if (works) reset(order.node);
      if (this.standing !== order) return;
      if (!works) {
        after(RETRY, () => {
          if (this.standing === order) this.call(order);
        });
        return;
      }
      this.standing = undefined;
      fenced(order.node);
    });
  }
}
