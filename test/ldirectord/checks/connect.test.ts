/** checktype=connect: up when somebody accepts, nothing is sent. */
import { connectCheck } from '../../../lib/ldirectord/checks/connect.js';
import { socketError } from '../../../lib/ldirectord/checks/socket.js';
import { inWords, targetOn, timed } from './run.js';
import { closedPort, closeServers, tcpServer } from './servers.js';

afterEach(closeServers);

describe('connect check', () => {
  test('up when the port accepts; nothing is sent and the connection is closed', async () => {
    const server = await tcpServer((socket) => socket.on('end', () => socket.end()));
    expect(inWords((await timed(connectCheck, targetOn(server.port))).verdict)).toBe('up');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.received).toEqual(['']);
    expect(server.open()).toBe(0);
  });

  test('down when nobody listens', async () => {
    const port = await closedPort();
    expect(inWords((await timed(connectCheck, targetOn(port))).verdict)).toBe(
      `L4REFUSED: 500 Can't connect to 127.0.0.1:${port} (Connection refused)`,
    );
  });

  test('port 0 is refused (a service without a default port)', async () => {
    expect(inWords((await timed(connectCheck, targetOn(0, { service: 'none' }))).verdict)).toMatch(/^L4REFUSED/);
  });
});

test.each([
  ['ECONNREFUSED', 'L4REFUSED', 'Connection refused'],
  ['EPERM', 'L4UNREACHABLE', 'Operation not permitted'],
  ['EHOSTDOWN', 'L4UNREACHABLE', 'Host is down'],
  ['ECONNABORTED', 'L4RESET', 'Software caused connection abort'],
  ['EMFILE', 'L4ERROR', 'Too many open files'],
  ['EOTHER', 'L4ERROR', 'some words'],
])('%s is %s, in the words of the system', (code, cause, words) => {
  expect(socketError(Object.assign(new Error('some words'), { code }))).toEqual([cause, words]);
});
