/** What is going to happen in a simulation, earliest first; of two things at one instant the one planned first comes first. */

export interface Planned {
  readonly at: number;
  readonly run: () => void;
}

interface Entry extends Planned {
  readonly order: number;
}

const isBefore = (one: Entry, other: Entry): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

/** A binary heap: a long run with much traffic spends its time in the machines, not in looking for the next event. */
export class Plan {
  private readonly heap: Entry[] = [];
  private order = 0;

  add(at: number, run: () => void): void {
    const entry: Entry = { at, run, order: this.order++ };
    let index = this.heap.length;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.heap[above];
      if (parent === undefined || isBefore(parent, entry)) break;
      this.heap[index] = parent;
      index = above;
    }
    this.heap[index] = entry;
  }

  /** The earliest entry, taken out; undefined when nothing is due until `end`. */
  takeUntil(end: number): Planned | undefined {
    const [first] = this.heap;
    if (first === undefined || first.at > end) return undefined;
    const last = this.heap.pop();
    if (last !== undefined && last !== first) this.sink(last);
    return first;
  }

  /** Puts an entry where the taken one stood, and down to its place. */
  private sink(entry: Entry): void {
    let index = 0;
    for (;;) {
      const [left, right] = [this.heap[2 * index + 1], this.heap[2 * index + 2]];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || isBefore(entry, child)) break;
      this.heap[index] = child;
      index = 2 * index + (isRight ? 2 : 1);
    }
    this.heap[index] = entry;
  }
}
