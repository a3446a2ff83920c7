/** Who listens, from the kernel's tables. */

import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import fc from 'fast-check';
import { parseListeners } from '../../lib/platform/listeners.js';

test('recorded lines: only those that listen', () => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 0100000A:0050 0200000A:C001 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0
   3: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 0 0
   4: 000000FD000000000000000001000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 0 0
`;
  expect(parseListeners(text)).toEqual([
    { address: '127.0.0.1', port: 80 },
    { address: '0.0.0.0', port: 22 },
    { address: '::', port: 8080 },
    { address: 'fd00::1', port: 443 },
  ]);
});

test('the kernel of this machine', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    expect(parseListeners(readFileSync('/proc/net/tcp', 'latin1'))).toContainEqual({ address: '127.0.0.1', port });
  } finally {
    server.close();
  }
});

test('nothing else is read, and nothing throws', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseListeners(text)).toEqual([]);
    }),
  );
});
