import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadNative } from '../../lib/platform/native.js';
import { encodeUnixAddress, serviceRequest } from '../../lib/platform/service-manager.js';
import { projectRoot } from '../support/paths.js';

const SOCKET = { NOTIFY_SOCKET: '/run/systemd/notify' };

describe('what a manager asks of a process', () => {
  test.each([
    ['nothing in the environment', {}, 1, false],
    ['systemd that says which process it has started', { ...SOCKET, SYSTEMD_EXEC_PID: '7' }, 1, true],
    ['a daemon that systemd has started, and that has started us', { ...SOCKET, SYSTEMD_EXEC_PID: '6' }, 6, false],
    ['a child of process 1 under an older systemd', SOCKET, 1, true],
    ['a grandchild under an older systemd', SOCKET, 6, false],
    ['an abstract socket', { NOTIFY_SOCKET: '@notify', SYSTEMD_EXEC_PID: '7' }, 1, true],
    ['a socket of another kind', { NOTIFY_SOCKET: 'vsock:2:1234', SYSTEMD_EXEC_PID: '7' }, 1, false],
    ['a path that no socket address holds', { NOTIFY_SOCKET: `/${'x'.repeat(107)}`, SYSTEMD_EXEC_PID: '7' }, 1, false],
  ])('%s', (_name, environment, parent, asked) => {
    expect(serviceRequest(environment, 7, parent) !== undefined).toBe(asked);
  });

  test.each([
    ['half of what the watchdog waits', { WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 15_000],
    ['also when it does not say whom it watches', { WATCHDOG_USEC: '3000000' }, 1500],
    ['nothing when it watches another process', { WATCHDOG_USEC: '3000000', WATCHDOG_PID: '8' }, undefined],
    ['nothing when it does not watch', {}, undefined],
    ['nothing for nonsense', { WATCHDOG_USEC: 'soon' }, undefined],
  ])('signs of life: %s', (_name, environment, every) => {
    expect(serviceRequest({ ...SOCKET, ...environment }, 7, 1)?.watchdog).toBe(every);
  });

  test('what the next program in this process needs is kept', () => {
    const environment = { ...SOCKET, SYSTEMD_EXEC_PID: '7', WATCHDOG_USEC: '10' };
    expect(serviceRequest({ ...environment, HOME: '/root' }, 7, 1)?.environment).toEqual(environment);
  });
});

test('socket addresses: a path ends with NUL, an abstract name begins with it', () => {
  expect(encodeUnixAddress('/run/x').toString('latin1')).toBe('\x01\0/run/x\0');
  expect(encodeUnixAddress('@x').toString('latin1')).toBe('\x01\0\0x');
});

const SCRIPT = `
import { takeServiceManager } from ${JSON.stringify(join(projectRoot, 'dist/build/lib/platform/service-manager.js'))};
const manager = takeServiceManager();
console.log(Object.keys(process.env).filter((name) => /NOTIFY|WATCHDOG|SYSTEMD/.test(name)).join());
process.on('SIGTERM', async () => {
  await manager.stopping();
  process.exit();
});
await manager.ready('node lb1');
setTimeout(() => undefined, 60_000);
`;

/** Everything that comes to a datagram socket until a message is `last`. */
const receive = async (address: string, start: () => ChildProcess, last: (message: string) => boolean) => {
  const native = await loadNative();
  if (native === undefined) throw new Error('koffi is needed to receive datagrams');
  const fd = native.socket(1, 2 | 0o2000000, 0);
  const messages: string[] = [];
  try {
    expect(native.bind(fd, encodeUnixAddress(address))).toBe(0);
    const child = start();
    try {
      const deadline = Date.now() + 30_000;
      while (!messages.some(last)) {
        if (Date.now() > deadline) throw new Error(`only came: ${messages.join(' | ')}`);
        const data = Buffer.alloc(4096);
        const length = native.receiveFrom(fd, data, 0x40, Buffer.alloc(128));
        if (length > 0) messages.push(data.toString('utf8', 0, length));
        else await new Promise((resolve) => setTimeout(resolve, 10));
        if (messages.filter((message) => message === 'WATCHDOG=1').length === 3) child.kill('SIGTERM');
      }
    } finally {
      child.kill('SIGKILL');
    }
  } finally {
    native.close(fd);
  }
  return messages;
};

test.each([['a path'], ['an abstract name']])('a real socket hears it all: %s', async (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-suite-notify-'));
  const path = join(folder, 'socket');
  const address = kind === 'a path' ? path : `@ha-suite-test-${process.pid}`;
  const script = join(folder, 'script.mjs');
  writeFileSync(script, SCRIPT);
  let printed = '';
  try {
    const messages = await receive(
      address,
      () => {
        const child = spawn('sh', ['-c', 'SYSTEMD_EXEC_PID=$$ exec "$@"', 'sh', process.execPath, script], {
          env: { NOTIFY_SOCKET: address, WATCHDOG_USEC: '40000' },
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        child.stdout?.on('data', (chunk: Buffer) => {
          printed += chunk.toString();
        });
        return child;
      },
      (message) => message === 'STOPPING=1',
    );
    expect(messages.filter((message) => message !== 'WATCHDOG=1')).toEqual(['READY=1\nSTATUS=node lb1', 'STOPPING=1']);
    expect(messages.filter((message) => message === 'WATCHDOG=1').length).toBeGreaterThanOrEqual(3);
    // No program that it starts takes the socket for its own.
    expect(printed).toBe('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
