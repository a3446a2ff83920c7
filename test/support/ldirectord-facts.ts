/** The machine on which the configurations of compat-fixtures/ldirectord/parse-cases.json were tried, as facts. */
import type { Facts } from '../../lib/ldirectord/config/facts.js';
import { parseServices } from '../../lib/ldirectord/config/services-file.js';

const HOSTS: Readonly<Record<string, string>> = {
  'ipv4 localhost': '127.0.0.1',
  'ipv4 director': '127.0.1.1',
  'ipv4 vip.example.test': '10.0.0.3',
  'ipv4 web1.example.test': '192.168.0.11',
  'ipv4 web2.example.test': '192.168.0.13',
  'ipv6 six.example.test': '2001:db8::66',
};

const SERVICES = parseServices(`
tcpmux    1/tcp    # TCP port service multiplexer
domain    53/tcp
domain    53/udp
http      80/tcp   www
ntp       123/udp
https     443/tcp
http-alt  8080/tcp   # WWW caching service
`);

export const recordedFacts: Facts = {
  host: (name, family) => HOSTS[`${family} ${name}`],
  port: (name, protocol) => SERVICES.get(name)?.[protocol],
  appendError: (path) => {
    if (path === '/run') return 'Is a directory';
    return /^\/(nosuch|proc)/.test(path) ? 'No such file or directory' : undefined;
  },
  isDirectory: (path) => path === '/run' || path === '/run/',
  hostname: 'director',
};
