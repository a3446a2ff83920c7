/** The database checks against hostile servers on loopback; real ones are in test/compat. */
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { Check } from '../../../../lib/ldirectord/checks/check.js';
import { mysqlCheck } from '../../../../lib/ldirectord/checks/sql/mysql.js';
import { connectString, oracleCheck } from '../../../../lib/ldirectord/checks/sql/oracle.js';
import { pgsqlCheck } from '../../../../lib/ldirectord/checks/sql/pgsql.js';
import type { CheckService, Virtual } from '../../../../lib/ldirectord/config/model.js';
import { inWords, targetOn, timed } from '../run.js';
import { closedPort, closeServers, type TestServer, tcpServer } from '../servers.js';

afterEach(closeServers);

const checks: readonly (readonly [CheckService, Check])[] = [
  ['mysql', mysqlCheck],
  ['pgsql', pgsqlCheck],
  ['oracle', oracleCheck],
];
const sql = (more: Partial<Virtual> = {}): Partial<Virtual> => ({
  login: 'bob',
  password: 'geheim',
  database: 'app',
  request: '/select 1',
  ...more,
});
const ask = async (check: Check, port: number, more: Partial<Virtual> = {}, deadline = 5000): Promise<string> =>
  inWords((await timed(check, targetOn(port, sql(more)), deadline)).verdict);

// The first use of a driver loads it, which takes its time on a busy machine.
beforeAll(async () => {
  for (const [, check] of checks) await ask(check, await closedPort(), {}, 30_000);
}, 60_000);

describe.each(checks)('%s', (service, check) => {
  test('without a login or a request it does not connect, and says what genuine says', async () => {
    const server = await tcpServer(() => undefined);
    for (const more of [{ login: '' }, { request: '/' }])
      expect((await timed(check, targetOn(server.port, sql({ service, ...more })))).verdict).toEqual({
        state: 'down',
        cause: 'L7EXEC',
        detail: 'no login or request',
        text: '',
        note: 'Error: Must specify a login and request string for MySQL, Oracle and PostgreSQL checks. Not adding 127.0.0.1.',
      });
    expect(server.received).toEqual([]);
  });
  test('refused', async () => {
    expect(await ask(check, await closedPort())).toBe('L4REFUSED: ');
  });
  test('a server that closes at once', async () => {
    expect(await ask(check, (await tcpServer((socket) => socket.destroy())).port)).toMatch(
      /^L(4RESET|7RESPONSE .*): $/,
    );
  });
  test('a server that says nothing, or one byte now and then: down at the deadline, and nothing is left open', async () => {
    const silent = (socket: Socket): void => {
      socket.on('end', () => socket.end());
    };
    const dripping = (socket: Socket): void => {
      silent(socket);
      const timer = setInterval(() => socket.write('\0'), 100);
      socket.once('close', () => clearInterval(timer));
    };
    for (const serve of [silent, dripping]) {
      const server = await tcpServer(serve);
      const { verdict, took } = await timed(check, targetOn(server.port, sql()), 350);
      expect(inWords(verdict)).toMatch(/^L7(TIMEOUT|RESPONSE .*): $/);
      expect(took).toBeLessThan(3000);
      await drained(server);
    }
  });
  test.each([
    ['zeros', Buffer.alloc(64 << 10)],
    ['ones', Buffer.alloc(64 << 10, 0xff)],
    ['text', Buffer.from('SSH-2.0-OpenSSH_9.2p1\r\n'.repeat(3000))],
  ])('an endless stream of %s ends soon, in bounded memory', async (_what, block) => {
    const server = await tcpServer((socket) => {
      const more = (): void => {
        while (!socket.destroyed && socket.write(block));
      };
      socket.on('drain', more);
      more();
    });
    const before = process.memoryUsage();
    const { verdict, took } = await timed(check, targetOn(server.port, sql()), 2000);
    expect(verdict.state).toBe('down');
    expect(took).toBeLessThan(6000);
    const { heapUsed, external } = process.memoryUsage();
    expect(heapUsed + external - before.heapUsed - before.external).toBeLessThan(64 << 20);
    await drained(server);
  });
});

/** Waits until every connection of a server has ended. */
const drained = async (server: TestServer): Promise<void> => {
  const end = Date.now() + 10_000;
  while (server.open() > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(server.open()).toBe(0);
};

const mysqlPacket = (number: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from([body.length & 0xff, body.length >> 8, 0, number]), body]);
const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);

/** What a MySQL server says to a client that logs in and asks for one row. */
const MYSQL: readonly Buffer[] = [
  mysqlPacket(
    0,
    Buffer.concat([
      Buffer.from('\n10.11.0-Test\0\x01\0\0\0abcdefgh\0\xff\xf7\x08\x02\0\xff\x81\x15', 'latin1'),
      Buffer.alloc(10),
      Buffer.from('ijklmnopqrst\0mysql_native_password\0'),
    ]),
  ),
  mysqlPacket(2, Buffer.from([0, 0, 0, 2, 0, 0, 0])),
  Buffer.concat([
    mysqlPacket(1, Buffer.from([1])),
    mysqlPacket(
      2,
      Buffer.concat([
        ...['def', '', '', '', '1', ''].map(text),
        Buffer.from([0x0c, 0x3f, 0, 1, 0, 0, 0, 3, 0x81, 0, 0, 0, 0]),
      ]),
    ),
    mysqlPacket(3, Buffer.from([0xfe, 0, 0, 2, 0])),
    mysqlPacket(4, text('1')),
    mysqlPacket(5, Buffer.from([0xfe, 0, 0, 2, 0])),
  ]),
];

const pgMessage = (letter: string, body: Buffer): Buffer => {
  const head = Buffer.from(`${letter}\0\0\0\0`, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const READY = pgMessage('Z', Buffer.from('I'));

/** The same for PostgreSQL: no encryption, welcome, one row. */
const PGSQL: readonly Buffer[] = [
  Buffer.from('N'),
  Buffer.concat([pgMessage('R', Buffer.alloc(4)), pgMessage('S', Buffer.from('a\0b\0')), READY]),
  Buffer.concat([
    pgMessage('T', Buffer.from('\0\x01a\0\0\0\0\0\0\0\0\0\0\x17\0\x04\xff\xff\xff\xff\0\0', 'latin1')),
    pgMessage('D', Buffer.from('\0\x01\0\0\0\x011', 'latin1')),
    pgMessage('C', Buffer.from('SELECT 1\0')),
    READY,
  ]),
];

/** An Oracle listener that accepts, and then sends packets of every kind. */
const tns = (type: number, body: Buffer, wide: boolean): Buffer => {
  const head = Buffer.alloc(8);
  if (wide) head.writeUInt32BE(body.length + 8);
  else head.writeUInt16BE(body.length + 8);
  head[4] = type;
  return Buffer.concat([head, body]);
};
/** Version 318, packets of 8 KiB, no negotiation of encryption. */
const ACCEPT = Buffer.from(
  '013e0001200000000000000000000008'.padEnd(48, '0').concat('0000200000002000').padEnd(84, '0'),
  'hex',
);
const ORACLE: readonly Buffer[] = [
  tns(2, ACCEPT, false),
  tns(6, Buffer.from('0000deadbeef00750000000004000004000300000000000400050b00000000080001000000', 'hex'), true),
  tns(6, Buffer.from('00000106000102', 'hex'), true),
  tns(6, Buffer.from('000004010005'.padEnd(80, '0'), 'hex'), true),
];

/** Says one part at the start if it speaks first, then one for each time the client has said something. */
const reciting = (parts: readonly Buffer[], speaksFirst: boolean, closes: boolean) =>
  tcpServer((socket) => {
    let next = 0;
    const say = (): void => {
      const part = parts[next];
      next += 1;
      if (part !== undefined) socket.write(part);
      else if (closes) socket.end();
    };
    if (speaksFirst) say();
    socket.on('data', say);
  });

test('the recited servers are good enough to be up', async () => {
  expect(await ask(mysqlCheck, (await reciting(MYSQL, true, false)).port)).toBe('up');
  expect(await ask(pgsqlCheck, (await reciting(PGSQL, false, false)).port)).toBe('up');
});

const broken = (parts: readonly Buffer[]) =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(1000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 })),
      fc.nat(1000),
    )
    .map(([changes, inserted, place]) => {
      const whole = Buffer.concat(parts);
      for (const [at, byte] of changes) whole[at % whole.length] = byte;
      let from = 0;
      return parts.map((part, index) => {
        const own = whole.subarray(from, from + part.length);
        from += part.length;
        const at = place % (part.length + 1);
        return inserted === null || index !== place % parts.length
          ? own
          : Buffer.concat([own.subarray(0, at), inserted, own.subarray(at)]);
      });
    });

describe('property: a server that departs from its protocol anywhere ends the check, not the daemon', () => {
  // mysql2 writes a trace to standard error for some of the nonsense.
  const { error } = console;
  beforeAll(() => {
    console.error = () => undefined;
  });
  afterAll(() => {
    console.error = error;
  });
  test.each([
    ['mysql', mysqlCheck, MYSQL, true],
    ['pgsql', pgsqlCheck, PGSQL, false],
    ['oracle', oracleCheck, ORACLE, false],
  ] as const)(
    '%s',
    async (_service, check, parts, speaksFirst) => {
      const departing = async ([changed, closes]: readonly [readonly Buffer[], boolean]): Promise<void> => {
        const server = await reciting(changed, speaksFirst, closes);
        try {
          expect(await ask(check, server.port, {}, 120)).toMatch(/^(up|L\d[A-Z]+.*: )$/);
        } finally {
          await server.close();
        }
      };
      const ten = fc.array(fc.tuple(broken(parts), fc.boolean()), { minLength: 10, maxLength: 10 });
      await fc.assert(
        fc.asyncProperty(ten, async (servers) => {
          await Promise.all(servers.map(departing));
        }),
        { numRuns: 12 },
      );
    },
    60_000,
  );
});

describe('a listener of Oracle', () => {
  const refusal = (words: string): Buffer => {
    const body = Buffer.from(words);
    const head = Buffer.alloc(4);
    head.writeUInt16BE(body.length, 2);
    return tns(4, Buffer.concat([head, body]), false);
  };
  test.each([
    ['ORA-12505', '(DESCRIPTION=(ERR=12505)(ERROR_STACK=(ERROR=(CODE=12505)(EMFI=4))))'],
    ['ORA-12514', '(DESCRIPTION=(ERR=12514)(ERROR_STACK=(ERROR=(CODE=12514)(EMFI=4))))'],
    ['ORA-12516', '(DESCRIPTION=(ERR=12516)(ERROR_STACK=(ERROR=(CODE=12516)(EMFI=4))))'],
  ])('refuses with %s', async (code, words) => {
    const server = await tcpServer((socket) => socket.once('data', () => socket.end(refusal(words))));
    const { verdict } = await timed(oracleCheck, targetOn(server.port, sql({ service: 'oracle' })), 5000);
    expect(verdict).toMatchObject({ state: 'down', cause: 'L7STATUS', detail: code });
    expect(verdict).toMatchObject({ note: expect.stringContaining(`oracle 127.0.0.1:${server.port}: NJS-`) as string });
    expect(server.received[0]).toContain('(CONNECT_DATA=(SID=app)');
  });
  test('sends on to another place: that connection ends with the check too', async () => {
    const silent = await tcpServer((socket) => socket.on('end', () => socket.end()));
    const words = Buffer.from(`(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT=${silent.port}))`);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(words.length);
    const server = await tcpServer((socket) =>
      socket
        .on('end', () => socket.end())
        .once('data', () => socket.write(tns(5, Buffer.concat([length, words]), false))),
    );
    const running = ask(oracleCheck, server.port, {}, 1500);
    while (silent.open() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await running).toBe('L7TIMEOUT: ');
    await drained(silent);
    await drained(server);
  });
  test('accepts and then stalls: what the driver does when its connection is collected as garbage ends nothing', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const thrown: unknown[] = [];
    const note = (error: unknown): void => {
      thrown.push(error);
    };
    process.on('uncaughtException', note);
    try {
      const [accept = Buffer.alloc(0)] = ORACLE;
      const server = await tcpServer((socket) => socket.once('data', () => socket.write(accept)));
      for (let round = 0; round < 10; round += 1) expect(await ask(oracleCheck, server.port, {}, 100)).toMatch(/^L7/);
      for (let round = 0; round < 10; round += 1) {
        collect();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(thrown).toEqual([]);
    } finally {
      process.off('uncaughtException', note);
    }
  });
  test('a database that would change where the driver connects to is refused', async () => {
    expect(await ask(oracleCheck, 1, { database: 'app))(ADDRESS=(HOST=other' })).toBe('L7EXEC database is no SID: ');
    expect(connectString('2001:db8::1', 1521, 'app')).toContain('(HOST=2001:db8::1)(PORT=1521)');
  });
});
