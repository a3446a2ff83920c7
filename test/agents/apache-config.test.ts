import { type ConfigReader, localUrl, readApacheConfig } from '../../lib/agents/apache-config.js';

const reader = (files: Readonly<Record<string, string>>): ConfigReader => ({
  text: async (path) => files[path],
  matching: async (pattern) =>
    Object.keys(files).filter(
      (path) => path === pattern || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1))),
    ),
});

const read = (files: Readonly<Record<string, string>>, variables = {}) =>
  readApacheConfig('/etc/apache2/apache2.conf', reader(files), variables);

test("Debian's files: variables, and includes beside the file", async () => {
  const config = await read(
    {
      '/etc/apache2/apache2.conf': `PidFile \${APACHE_PID_FILE}\nInclude ports.conf\nIncludeOptional mods-enabled/*\n# Listen 1\n`,
      '/etc/apache2/ports.conf': 'Listen 8080\nListen 443 https\n',
      '/etc/apache2/mods-enabled/status.conf': '<Location "/server-status">\n  SetHandler server-status\n</Location>\n',
    },
    { APACHE_PID_FILE: '/run/apache2.pid' },
  );
  expect(config).toMatchObject({ pidFile: '/run/apache2.pid', listen: '8080', statusPath: '/server-status' });
  expect(localUrl(config)).toBe('http://localhost:8080');
});

test('ServerRoot is where relative names begin, from its line on', async () => {
  const config = await read({
    '/etc/apache2/apache2.conf': 'ServerRoot "/srv/httpd"\npidfile "logs/httpd.pid"\nInclude conf/extra.conf\n',
    '/srv/httpd/conf/extra.conf': 'Listen 127.0.0.1:81\n',
  });
  expect(config).toMatchObject({ serverRoot: '/srv/httpd', pidFile: 'logs/httpd.pid', listen: '127.0.0.1:81' });
});

test('files that include each other come to an end', async () => {
  const config = await read({ '/etc/apache2/apache2.conf': 'Listen 80\nInclude /etc/apache2/apache2.conf\n' });
  expect(config.listen).toBe('80');
});

test.each([
  [{ listen: '80', port: undefined }, 'http://localhost:80'],
  [{ listen: '*:8080', port: undefined }, 'http://localhost:8080'],
  [{ listen: '192.0.2.1:80', port: undefined }, 'http://192.0.2.1:80'],
  [{ listen: '[2001:db8::1]:80', port: undefined }, 'http://[2001:db8::1]:80'],
  [{ listen: undefined, port: '8081' }, 'http://localhost:8081'],
  [{ listen: undefined, port: undefined }, 'http://localhost:80'],
])('%j is asked at %s', (config, url) => {
  expect(localUrl(config)).toBe(url);
});
