/** The radius check against servers on loopback, good and hostile ones. */
import { createHash } from 'node:crypto';
import { radiusCheck } from '../../../../lib/ldirectord/checks/radius/check.js';
import type { Virtual } from '../../../../lib/ldirectord/config/model.js';
import { inWords, targetOn, timed } from '../run.js';
import { closedPort, closeServers } from '../servers.js';
import { closeUdpServers, udpServer } from '../udp-servers.js';

afterEach(closeServers);
afterEach(closeUdpServers);

const radius: Partial<Virtual> = { service: 'radius', login: 'bob', password: 'hello', secret: 'testing123' };
const run = (port: number, deadline = 2000, more: Partial<Virtual> = {}) =>
  timed(radiusCheck, targetOn(port, { ...radius, ...more }), deadline);

const answer = (request: Buffer, code: number, secret = 'testing123'): Buffer => {
  const head = Buffer.from([code, request[1] ?? 0, 0, 20]);
  const sum = createHash('md5').update(head).update(request.subarray(4, 20)).update(secret).digest();
  return Buffer.concat([head, sum]);
};

test('accepted', async () => {
  const server = await udpServer((bytes, from, own) => own.send(answer(bytes, 2), from));
  expect(inWords((await run(server.port)).verdict)).toBe('up');
});

test('rejected, challenged: down, and genuine has no text for it', async () => {
  for (const [code, word] of [
    [3, 'reject'],
    [11, 'challenge'],
  ] as const) {
    const server = await udpServer((bytes, from, own) => own.send(answer(bytes, code), from));
    expect(inWords((await run(server.port)).verdict)).toBe(`L7STATUS ${word}: `);
  }
});

test('wrong identifiers, wrong authenticators and garbage are not heard; the right answer that follows is', async () => {
  const server = await udpServer((bytes, from, own) => {
    const wrongId = answer(
      Buffer.concat([bytes.subarray(0, 1), Buffer.from([(bytes[1] ?? 0) ^ 1]), bytes.subarray(2)]),
      3,
    );
    for (const nonsense of [wrongId, answer(bytes, 3, 'another'), Buffer.from('garbage'), Buffer.alloc(0)])
      own.send(nonsense, from);
    setTimeout(() => own.send(answer(bytes, 2), from), 50);
  });
  expect(inWords((await run(server.port)).verdict)).toBe('up');
});

test('somebody without the secret cannot accept: down at the deadline, not before', async () => {
  const server = await udpServer((bytes, from, own) => own.send(answer(bytes, 2, 'another'), from));
  const { verdict, took } = await run(server.port, 300);
  expect(inWords(verdict)).toBe('L7TIMEOUT: ');
  expect(took).toBeGreaterThanOrEqual(299);
});

test('nobody listens: at once', async () => {
  expect(inWords((await run(await closedPort())).verdict)).toBe('L4REFUSED: ');
});

test('a lost request is sent again, byte for byte, so that the server knows it', async () => {
  let seen = 0;
  const server = await udpServer((bytes, from, own) => {
    seen += 1;
    if (seen > 1) own.send(answer(bytes, 2), from);
  });
  expect(inWords((await run(server.port, 10_000)).verdict)).toBe('up');
  expect(server.received[1]).toEqual(server.received[0]);
});

test('a password that no packet can hold', async () => {
  expect(inWords((await run(9, 1000, { password: 'x'.repeat(129) })).verdict)).toBe(
    'L7EXEC login or passwd is too long: ',
  );
});
