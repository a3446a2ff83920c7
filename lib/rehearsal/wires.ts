/** The links between simulated nodes: which of them are cut, and how packets fare on the others. */

export interface Network {
  /** Milliseconds every packet takes. */
  readonly latency: number;
  /** Up to so much longer, at random: this reorders. */
  readonly jitter: number;
  /** Share of packets that never arrive, and that arrive twice. */
  readonly loss: number;
  readonly duplication: number;
}

export class Wires {
  private readonly cut = new Set<string>();
  private network: Network = { latency: 1, jitter: 0, loss: 0, duplication: 0 };

  /** `chance` draws a number from 0 to 1. */
  constructor(
    private readonly links: readonly string[],
    private readonly chance: () => number,
  ) {}

  /** Packets that are sent from now on fare like this. */
  weather(network: Partial<Network>): void {
    this.network = { ...this.network, ...network };
  }

  /** Cuts one link between two nodes, or all, in one direction or in both. */
  partition(from: string, to: string, link: string | undefined, both: boolean): void {
    for (const one of this.links) {
      if (link !== undefined && one !== link) continue;
      this.cut.add(`${from}>${to}@${one}`);
      if (both) this.cut.add(`${to}>${from}@${one}`);
    }
  }

  heal(): void {
    this.cut.clear();
  }

  get isWhole(): boolean {
    return this.cut.size === 0;
  }

  /** What is under way when a link is cut does not arrive. */
  carries(from: string, to: string, link: string): boolean {
    return !this.cut.has(`${from}>${to}@${link}`);
  }

  /** The times after which copies of a packet arrive; none when it is lost. */
  arrivals(): readonly number[] {
    const { latency, jitter, loss, duplication } = this.network;
    const arrivals: number[] = [];
    const copies = duplication > 0 && this.chance() < duplication ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (loss > 0 && this.chance() < loss) continue;
      arrivals.push(jitter > 0 ? latency + this.chance() * jitter : latency);
    }
    return arrivals;
  }
}
