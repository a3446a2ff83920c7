/** Every configuration that genuine refuses: `ldirectord-ts t.cf start` ends with its message and exit status. */
import { inNamespace } from '../support/director-golden/namespace.js';
import type { Refusal, RefusalOrder } from '../support/director-golden/refusals.js';
import { intendedDifferences, parseCases, withoutPerlWarnings } from '../support/ldirectord-parse-cases.js';
import { command } from '../support/paths.js';

const refused = parseCases.filter(({ exit, name }) => exit === 2 && !intendedDifferences.has(name));

const HOSTS = `127.0.0.1 localhost
127.0.1.1 director
10.0.0.3 vip.example.test
192.168.0.11 web1.example.test
192.168.0.13 web2.example.test
2001:db8::66 six.example.test
`;

describe('ldirectord-ts CONFIG start with a bad configuration', () => {
  test('all of them give the genuine message and exit status', async () => {
    const order: RefusalOrder = {
      program: [process.execPath, command('ldirectord-ts')],
      configs: refused.map(({ config }) => config),
      hosts: HOSTS,
    };
    const results = (await inNamespace('refusals.js', order, 300_000)) as readonly Refusal[];
    const shown = results.map(({ rc, stdout, stderr, log }, index) => ({
      name: refused[index]?.name,
      rc,
      stdout,
      stderr: stderr.replace(/(Error|Warning) \[\d+\]/g, '$1 [PID]'),
      log,
    }));
    expect(shown).toEqual(
      refused.map(({ name, stderr }) => ({
        name,
        rc: 2,
        stdout: '',
        stderr: withoutPerlWarnings(stderr),
        log: 'Exiting with exit_status 2: config_error: Configuration Error',
      })),
    );
  }, 320_000);
});
