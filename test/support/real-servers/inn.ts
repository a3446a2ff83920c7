/** The news reader server of inn2 inside a host of the lab: one that everybody may use, one for posting too, one for nobody. */
import type { Host } from '../../../lib/lab/host.js';
import { startInHost } from './started.js';

export const INN_PORTS = { readOnly: 119, posting: 120, nobody: 121 } as const;

const readers = (access: string): string => `
auth everybody { hosts: "*"  default: "<user>" }
access everybody { users: "*"  newsgroups: "*"  access: ${access} }
`;
const READERS: Readonly<Record<keyof typeof INN_PORTS, string>> = {
  readOnly: readers('R'),
  posting: readers('RP'),
  // Nobody comes from there.
  nobody: 'auth few { hosts: "192.0.2.1"  default: "<user>" }\naccess few { users: "*"  newsgroups: "*" }\n',
};

const INN_CONF = `
mta: "/bin/true %s"
hismethod: hisv6
ovmethod: tradindexed
pathhost: news.example
domain: example
pathnews: /usr/lib/news
pathdb: /run/inn/db
pathspool: /run/inn/spool
pathlog: /run/inn/log
pathrun: /run/inn/run
pathtmp: /run/inn/tmp
pathetc: /etc/news
enableoverview: true
nnrpdloadlimit: 0
`;

export const startInn = async (host: Host, address: string): Promise<void> => {
  await host.write('/etc/news/inn.conf', INN_CONF);
  await host.write('/etc/news/storage.conf', 'method tradspool { newsgroups: *  class: 0 }\n');
  await host.write('/run/inn/db/active', 'local.test 0000000000 0000000001 y\n');
  await host.write('/run/inn/db/history', '');
  await host.write('/run/inn/db/newsgroups', 'local.test\tnothing\n');
  const folders = ['spool', 'spool/overview', 'spool/articles', 'log', 'run', 'tmp'].map((name) => `/run/inn/${name}`);
  await host.get(['mkdir', '-p', ...folders]);
  await host.get(['chown', '-R', 'news:news', '/run/inn']);
  // An empty history, and the empty overview that readers want to see.
  for (const command of ['makedbz -i -o -f /run/inn/db/history', 'makehistory -x -O'])
    await host.get(['su', '-s', '/bin/sh', 'news', '-c', `/usr/lib/news/bin/${command}`]);
  for (const [name, port] of Object.entries(INN_PORTS)) {
    const file = `/etc/news/readers-${name}.conf`;
    await host.write(file, READERS[name as keyof typeof INN_PORTS]);
    const nnrpd = ['/usr/lib/news/bin/nnrpd', '-D', '-f', '-b', address, '-p', String(port), '-c', file];
    await startInHost(host, nnrpd, address, [port]);
  }
};
