/** Where the page is served and to whom, and what is refused. */
import { DEFAULT_STATUS, type StatusConfig } from '../../../lib/config/status-page.js';
import { isAuthorised, isLocalHost } from '../../../lib/ha/serve/auth.js';
import { serveSettings } from '../../../lib/ha/serve/settings.js';

const FILES: Readonly<Record<string, string>> = {
  '/etc/ha.d/page.password': 'geheim\n',
  '/empty': '\n',
  '/cert.pem': 'CERT',
  '/key.pem': 'KEY',
};
const settings = (status: Partial<StatusConfig>, listen?: string) =>
  serveSettings({ ...DEFAULT_STATUS, ...status }, listen, (path) => {
    const text = FILES[path];
    return text === undefined ? { problem: 'No such file or directory' } : { text };
  });

test('nothing said: this machine only', () => {
  expect(settings({})).toEqual({
    ...{ host: '127.0.0.1', port: 8694, listen: '127.0.0.1:8694', isLocal: true },
    ...{ credentials: undefined, tls: undefined },
  });
});

test('the option wins over the file', () => {
  expect(settings({ listen: '127.0.0.1:1' }, '[::1]:2')).toMatchObject({ host: '::1', port: 2, isLocal: true });
});

test.each(['0.0.0.0:80', '10.0.0.1:80', '[::]:80', 'lb1.example.com:80', '[fe80::1]:80'])(
  '%s without a password is refused, unless that is wanted',
  (listen) => {
    expect(settings({ listen })).toEqual({ problem: expect.stringContaining(`${listen} can be reached by others`) });
    expect(settings({ listen, insecure: 'yes' })).toMatchObject({ isLocal: false, credentials: undefined });
    expect(settings({ listen, user: 'ops', password: 'x' })).toMatchObject({
      credentials: { user: 'ops', password: 'x' },
    });
  },
);

test('password, certificate and key from files; a file that is not there is said', () => {
  const all = { user: 'ops', passwordfile: '/etc/ha.d/page.password', certificate: '/cert.pem', key: '/key.pem' };
  expect(settings(all)).toMatchObject({
    ...{ credentials: { user: 'ops', password: 'geheim' }, tls: { certificate: 'CERT', key: 'KEY' } },
  });
  expect(settings({ ...all, key: '/none' })).toEqual({ problem: '/none: No such file or directory' });
  expect(settings({ ...all, passwordfile: '/empty' })).toEqual({
    problem: '/empty: its first line is the password, and that is empty',
  });
});

test('who may see it', () => {
  const right = { user: 'ops', password: 'a:b\u00c3\u00a9' };
  const header = (text: string): string => `Basic ${Buffer.from(text, 'latin1').toString('base64')}`;
  expect(isAuthorised(header('ops:a:b\u00c3\u00a9'), right)).toBe(true);
  // As a browser sends it: UTF-8.
  expect(isAuthorised(`basic ${Buffer.from('ops:a:b\u00e9', 'utf8').toString('base64')}`, right)).toBe(true);
  for (const wrong of [
    undefined,
    '',
    'Basic',
    'Basic !',
    header(''),
    header('ops'),
    header('ops:a:b'),
    header('root:a:b\u00c3\u00a9'),
  ])
    expect(isAuthorised(wrong, right)).toBe(false);
});

test.each([
  ['localhost', true],
  ['LOCALHOST:8694', true],
  ['127.0.0.1:8694', true],
  ['[::1]:8694', true],
  ['evil.example.com', false],
  ['localhost.example.com', false],
  ['127.0.0.1.example.com', false],
  ['', false],
  [undefined, false],
])('host %s is this machine: %s', (host, expected) => {
  expect(isLocalHost(host)).toBe(expected);
});
