/** The machine of the scripted world as our parser sees it, for rules that look at the configuration. */
import { readFileSync } from 'node:fs';
import { type Facts, plainFacts } from '../../../lib/ldirectord/config/facts.js';
import { parseServices } from '../../../lib/ldirectord/config/services-file.js';
import { NAMES, PULSE } from './hosts.js';

const SERVICES = parseServices(readFileSync('/etc/services', 'utf8'));
const HOSTS: Readonly<Record<string, string>> = { ...NAMES, localhost: '127.0.0.1', [PULSE.host]: '127.9.9.1' };

export const worldFacts: Facts = {
  ...plainFacts,
  host: (name, family) => {
    const address = HOSTS[name];
    return address !== undefined && address.includes(':') === (family === 'ipv6') ? address : undefined;
  },
  port: (name, protocol) => SERVICES.get(name)?.[protocol],
};

/** The same machine as `ldirectord` finds it in the namespace in which texts are only read. */
export const parseFacts: Facts = {
  ...worldFacts,
  appendError: (path) => {
    if (path === '/run') return 'Is a directory';
    return path.startsWith('/nosuch/') ? 'No such file or directory' : undefined;
  },
  isDirectory: (path) => path === '/run',
};
