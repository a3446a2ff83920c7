/** Reads /proc/self/maps: which parts of the process may be locked into memory without hurting V8. */

export interface MemoryRange {
  readonly from: bigint;
  readonly length: bigint;
}

const LINE = /^([0-9a-f]+)-([0-9a-f]+) \S{4} \S+ \S+ (\d+)\s*(.*)$/;

/**
 * The program text, the libraries, the stack and the malloc heap.
 *
 * Not V8's own heap: V8 returns pages of it with madvise(MADV_DONTNEED), which the kernel refuses for locked memory, and
 * V8 takes that refusal for corruption and aborts the process.
 */
export const lockableRanges = (maps: string): readonly MemoryRange[] =>
  maps.split('\n').flatMap((line) => {
    const [, from, to, inode, name] = LINE.exec(line) ?? [];
    if (from === undefined || to === undefined) return [];
    if (inode === '0' && name !== '[stack]' && name !== '[heap]') return [];
    const start = BigInt(`0x${from}`);
    return [{ from: start, length: BigInt(`0x${to}`) - start }];
  });
