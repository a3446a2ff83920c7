import { openUdp } from '../../lib/platform/udp.js';

test('a datagram sent arrives, and several sockets may share a port', async () => {
  const seen: string[] = [];
  let arrived = (): void => {};
  const got = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const receiver = await openUdp({
    address: '127.0.0.1',
    onMessage: (data) => {
      seen.push(data.toString());
      arrived();
    },
  });
  const neighbour = await openUdp({ address: '127.0.0.2', port: receiver.port });
  const sender = await openUdp({});
  try {
    await sender.send(Buffer.from('hello'), receiver.port, '127.0.0.1');
    await got;
    expect(seen).toEqual(['hello']);
    expect(sender.deviceError).toBeUndefined();
  } finally {
    await Promise.all([receiver.close(), neighbour.close(), sender.close()]);
  }
});

test('a send that the system refuses rejects with its code, and the socket stays usable', async () => {
  const sender = await openUdp({});
  try {
    await expect(sender.send(Buffer.from('x'), 9, '255.255.255.255')).rejects.toMatchObject({ code: 'EACCES' });
    await expect(sender.send(Buffer.alloc(70_000), 9, '127.0.0.1')).rejects.toMatchObject({ code: 'EMSGSIZE' });
    await sender.send(Buffer.from('x'), 9, '127.0.0.1');
  } finally {
    await sender.close();
  }
});

test('a thousand packets that come while the process is busy wait for it', async () => {
  let count = 0;
  const receiver = await openUdp({ address: '127.0.0.1', onMessage: () => (count += 1) });
  const sender = await openUdp({});
  try {
    // All are handed to the system before the event loop reads the first one.
    const sent = Array.from({ length: 1000 }, () => sender.send(Buffer.alloc(300), receiver.port, '127.0.0.1'));
    await Promise.all(sent);
    const begun = performance.now();
    while (count < 1000 && performance.now() - begun < 5000) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(count).toBe(1000);
  } finally {
    await Promise.all([receiver.close(), sender.close()]);
  }
});

test('an address that is not ours cannot be bound', async () => {
  await expect(openUdp({ address: '192.0.2.1' })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
});

test('the device is tied by the descriptor of the socket; a refusal is told', async () => {
  const calls: [number, string][] = [];
  const socket = await openUdp({
    device: {
      name: 'lo',
      bind: async (fd, device) => {
        calls.push([fd, device]);
        return 'EPERM (operation not permitted)';
      },
    },
  });
  expect(calls).toEqual([[expect.any(Number), 'lo']]);
  expect(socket.deviceError).toBe('EPERM (operation not permitted)');
  await socket.close();
});
