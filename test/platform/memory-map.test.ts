import { lockableRanges } from '../../lib/platform/memory-map.js';

const maps = `00400000-00c51000 r--p 00000000 fe:01 1234 /usr/bin/node
02a33000-02a5b000 rw-p 00000000 00:00 0
03f52000-040a4000 rw-p 00000000 00:00 0                                  [heap]
7f1000000000-7f1008000000 ---p 00000000 00:00 0
7f1008000000-7f1008040000 r-xp 00000000 00:00 0
7ffd5c9f6000-7ffd5ca17000 rw-p 00000000 00:00 0                          [stack]
7ffd5cb7d000-7ffd5cb81000 r--p 00000000 00:00 0                          [vvar]
`;

test('program, malloc heap and stack are locked, the memory that V8 manages is not', () => {
  expect(lockableRanges(maps)).toEqual([
    { from: 0x400000n, length: 0x851000n },
    { from: 0x3f52000n, length: 0x152000n },
    { from: 0x7ffd5c9f6000n, length: 0x21000n },
  ]);
});
