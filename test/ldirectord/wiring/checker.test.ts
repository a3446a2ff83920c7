/** The checker runs what the configuration asks for. */
import { performance } from 'node:perf_hooks';
import type { Virtual } from '../../../lib/ldirectord/config/model.js';
import { adopt } from '../../../lib/ldirectord/director.js';
import { createChecker } from '../../../lib/ldirectord/wiring/checker.js';
import { millis } from '../../../lib/time.js';
import { config, real, virtual } from '../build.js';
import { closeServers, tcpServer } from '../checks/servers.js';

afterEach(closeServers);

const negotiate = { kind: 'negotiate' } as const;

/** Runs the checks of one virtual until there are `count` verdicts. */
const verdicts = (more: Partial<Virtual>, ports: readonly number[], count: number): Promise<readonly string[]> =>
  new Promise((resolve) => {
    const seen: string[] = [];
    const checker = createChecker({
      mono: () => millis(performance.now()),
      verify: 'genuine',
      log: () => undefined,
      onStart: () => undefined,
      onVerdict: (probe, verdict) => {
        seen.push(
          `${director.membersByProbe.get(probe)?.[0]?.real.port} ${verdict.state === 'up' ? 'up' : verdict.cause}`,
        );
        if (seen.length < count) return;
        checker.stop();
        resolve(seen);
      },
    });
    const reals = ports.map((port) => real('127.0.0.1', port));
    const settings = { checkInterval: millis(50), checkTimeout: millis(300), negotiateTimeout: millis(300), ...more };
    const director = adopt(config([virtual('10.0.0.3:80', reals, settings)]), { services: [] });
    checker.follow(director);
  });

test('a silent server does not keep another waiting: that one is checked again and again meanwhile', async () => {
  const silent = await tcpServer(() => undefined);
  const good = await tcpServer((socket) => socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\n')));
  const seen = await verdicts({ checkType: negotiate, negotiateTimeout: millis(2000) }, [silent.port, good.port], 4);
  expect(seen.filter((line) => line === `${good.port} up`).length).toBeGreaterThanOrEqual(3);
});

test('checktype=2: two connects follow each good negotiate', async () => {
  const server = await tcpServer((socket) => {
    socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\n'));
    socket.once('end', () => socket.end());
  });
  const combined = { checkType: { kind: 'combined', connects: 2 } } as const;
  expect(await verdicts(combined, [server.port], 7)).toEqual(Array(7).fill(`${server.port} up`));
  expect(server.received.map((text) => (text === '' ? 'c' : 'GET')).join(' ')).toBe('GET c c GET c c GET');
});

test('checktype on and off need no server', async () => {
  expect(await verdicts({ checkType: { kind: 'on' } }, [1], 1)).toEqual(['1 up']);
  expect(await verdicts({ checkType: { kind: 'off' } }, [1], 1)).toEqual(['1 OFF']);
});
