import { type AddressWatch, watchAddresses } from '../../lib/lab/address-watch.js';
import { type HeartbeatNode, type Implementation, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import type { Host } from '../../lib/lab/host.js';
import type { Running } from '../../lib/lab/inside.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { makeCertificate } from '../support/certificate.js';

export const VIP = '172.30.129.131';
/** The interfaces have different names on the two machines. */
const DEVICES = { lb1: 'ens160', lb2: 'ens192' } as const;
const ADDRESSES = { lb1: '172.30.129.11', lb2: '172.30.129.12' } as const;
type Name = keyof typeof DEVICES;
const peerOf = (name: Name): Name => (name === 'lb1' ? 'lb2' : 'lb1');

/** The article's haproxy.cfg as it stands; the second machine has other servers. */
const haproxyCfg = (servers: readonly [string, string]): string => String.raw`global
        log /dev/log    local0
        log /dev/log    local1 notice
        chroot /var/lib/haproxy
        stats socket /run/haproxy/admin.sock mode 660 level admin expose-fd listeners
        stats timeout 30s
        user haproxy
        group haproxy
        daemon

    ######## Default values for all entries till next defaults section
    defaults
      option  dontlognull             # Do not log connections with no requests
      option  redispatch              # Try another server in case of connection failure
      option  contstats               # Enable continuous traffic statistics updates
      option  logasap
      retries 3                       # Try to connect up to 3 times in case of failure
      timeout connect 5s              # 5 seconds max to connect or to stay in queue
      timeout http-keep-alive 1s      # 1 second max for the client to post next request
      timeout http-request 15s        # 15 seconds max for the client to send a request
      timeout queue 30s               # 30 seconds max queued on load balancer
      timeout tarpit 1m               # tarpit hold tim
      backlog 10000                   # Size of SYN backlog queue
      mode tcp                                #alctl: protocol analyser
      option tcplog                           #alctl: log format
      log global                              #alctl: log activation
      timeout client 300s                     #alctl: client inactivity timeout
      timeout server 300s                     #alctl: server inactivity timeout
      default-server inter 3s rise 2 fall 3   #alctl: default check parameters

    frontend ft_exchange_tcp
      bind *:443 name https          #alctl: listener https configuration.
      maxconn 100000                         #alctl: connection max (depends on capacity)
      default_backend exchange_2016_backend       #alctl: default farm to use

    backend exchange_2016_backend
        balance roundrobin
        # maximum SSL session ID length is 32 bytes.
        stick-table type binary len 32 size 30k expire 10s
        acl clienthello req_ssl_hello_type 1
        acl serverhello rep_ssl_hello_type 2
        # use tcp content accepts to detects ssl client and server hello.
        tcp-request inspect-delay 5s
        tcp-request content accept if clienthello
        # no timeout on response inspect delay by default.
        tcp-response content accept if serverhello
        # SSL session ID (SSLID) may be present on a client or server hello.
        # Its length is coded on 1 byte at offset 43 and its value starts
        # at offset 44.

        # Match and learn on request if client hello.
        stick on payload_lv(43,1) if clienthello
        # Learn on response if server hello.
        stick store-response payload_lv(43,1) if serverhello

        fullconn 100000

        option httpchk GET /ews/healthcheck.htm "HTTP/1.0\r\nHost: exch2016.domain.com"

${servers.map((server) => `        server exch_server${server} exch${server}.domain.com:443 maxconn 100000 check check-ssl verify none`).join('\n')}

        email-alert mailers mta
        email-alert level info
        email-alert from haproxy-alert@domain.com
        email-alert to admin@domain.com

    mailers mta
        mailer smtp1 smtp.domain.com:25

    frontend stats
        bind *:8080
        mode http
        stats enable
#       stats auth admin:adminpassword
        stats uri /
`;

const haCf = (name: Name): string => `logfile /var/log/ha-log
keepalive 1
deadtime 3
initdead 10
ucast ${DEVICES[name]} ${ADDRESSES[peerOf(name)]}
auto_failback on
node lb1 lb2
`;

/** What docs/from-keepalived.md has, with shorter times. */
export const SUITE_INI = `[monitor haproxy]
command  = /usr/bin/killall -0 haproxy
interval = 1s
fall     = 2
holddown = 2s

[monitor service]
check    = https://localhost/ews/healthcheck.htm
interval = 1s
fall     = 2
holddown = 2s
`;
/** `interval` times `fall`, in milliseconds. */
export const NOTICED = 2_000;

const SERVERS = ['1', '2', '3', '4'] as const;
const serverAddress = (number: string): string => `172.30.129.2${number}`;
const MAIL_SERVER = '172.30.129.25';
const WEB_SERVERS = `
const { readFileSync } = require('node:fs');
const options = { key: readFileSync('/run/key.pem'), cert: readFileSync('/run/cert.pem') };
const answer = (request, response) => {
  response.statusCode = request.url === '/ews/healthcheck.htm' ? 200 : 404;
  response.end('200 OK\\nserver ' + request.socket.localAddress + '\\n');
};
for (const address of process.argv.slice(1)) {
  require('node:https').createServer(options, answer).listen(443, address, () => console.log('listening on', address));
}
`;
/** Takes every mail and prints it. */
const SMTP_SERVER = `
require('node:net').createServer((socket) => {
  let text = '', data = false;
  const say = (line) => socket.write(line + '\\r\\n');
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    text += chunk;
    for (let end = text.indexOf('\\r\\n'); end >= 0; end = text.indexOf('\\r\\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      console.log(line);
      if (data) { if (line === '.') { data = false; say('250 taken'); } }
      else if (/^DATA/i.test(line)) { data = true; say('354 go on'); }
      else if (/^QUIT/i.test(line)) { say('221 bye'); socket.end(); }
      else say('250 well');
    }
  });
  say('220 smtp.domain.com ESMTP');
}).listen(25, '${MAIL_SERVER}', () => console.log('listening on', '${MAIL_SERVER}'));
`;

/** Stands in for mail(1): what would be sent is kept. */
const MAIL = `#!/bin/sh
{ echo "mail $*"; cat; } >>/run/mailbox
`;

const installMail = async (host: Host): Promise<void> => {
  await host.write('/usr/local/sbin/mail', MAIL, '755');
  await host.get([
    'sh',
    '-c',
    '[ ! -e /usr/bin/mail ] || mount --bind /usr/local/sbin/mail "$(realpath /usr/bin/mail)"',
  ]);
};

export interface World {
  readonly lab: Lab;
  readonly lb1: HeartbeatNode;
  readonly lb2: HeartbeatNode;
  readonly client: Host;
  readonly watch: AddressWatch;
  /** What the mail server has been told so far. */
  readonly mails: () => string;
}

const untilListening = async (program: Running, places: readonly string[]): Promise<readonly string[]> => {
  const lines: string[] = [];
  program.onLine((line) => lines.push(line));
  await until('the servers listen', () => places.every((place) => lines.includes(`listening on ${place}`)), 15_000);
  return lines;
};

/** Both machines with haproxy running; heartbeat is installed and not started. The fourth web server does not live. */
export const build = async (): Promise<World> => {
  const lab = await createLab('seed002');
  try {
    const lan = await lab.network('lan');
    const web = await lab.host('web', {
      interfaces: [
        {
          device: 'eth0',
          network: lan,
          addresses: [...SERVERS.map(serverAddress), MAIL_SERVER].map((address) => `${address}/24`),
        },
      ],
    });
    const director = async (name: Name): Promise<HeartbeatNode> => {
      const host = await lab.host(name, {
        interfaces: [{ device: DEVICES[name], network: lan, addresses: [`${ADDRESSES[name]}/24`] }],
      });
      const node = await installHeartbeat(host, 'ours', {
        haCf: haCf(name),
        authkeys: 'auth 1\n1 sha1 superpassword\n',
        haresources: `lb1 IPaddr2::${VIP}/24 MailTo::admin@domain.com::haproxy\n`,
      });
      await host.write('/etc/ha.d/ha-suite.ini', SUITE_INI);
      await installMail(host);
      return node;
    };
    const [lb1, lb2] = [await director('lb1'), await director('lb2')];
    const { key, cert } = makeCertificate({ commonName: 'exch2016.domain.com', names: ['exch2016.domain.com'] });
    await web.write('/run/key.pem', key);
    await web.write('/run/cert.pem', cert);
    const alive = SERVERS.slice(0, 3).map(serverAddress);
    const mails = await untilListening(web.start([process.execPath, '-e', SMTP_SERVER]), [MAIL_SERVER]);
    await untilListening(web.start([process.execPath, '-e', WEB_SERVERS, ...alive]), alive);
    const names = SERVERS.map((number) => `${serverAddress(number)} exch${number}.domain.com`);
    for (const [node, servers] of [[lb1, ['1', '2']] as const, [lb2, ['3', '4']] as const]) {
      const { host } = node;
      await host.write(
        '/etc/hosts',
        ['127.0.0.1 localhost', `${MAIL_SERVER} smtp.domain.com`, ...names, ''].join('\n'),
      );
      await host.write('/etc/haproxy/haproxy.cfg', haproxyCfg(servers));
      await startHaproxy(node);
    }
    const watch = await watchAddresses([lb1.host, lb2.host]);
    return { lab, lb1, lb2, client: web, watch, mails: () => mails.join('\n') };
  } catch (error) {
    await lab.close();
    throw error;
  }
};

export const startHaproxy = async ({ host }: HeartbeatNode): Promise<void> => {
  await host.get(['mkdir', '-p', '/run/haproxy']);
  await host.get(['/usr/sbin/haproxy', '-f', '/etc/haproxy/haproxy.cfg']);
};

/** It is gone without a word, and so are its connections. */
export const killHaproxy = async ({ host }: HeartbeatNode): Promise<void> => {
  await host.get(['/usr/bin/killall', '-KILL', 'haproxy']);
};

/** Which of the web servers a client of the virtual address gets, by its number; undefined: none. */
export const answering = async ({ client }: World): Promise<string | undefined> => {
  const ask = `require('node:https').get({ host: '${VIP}', path: '/ews/healthcheck.htm', rejectUnauthorized: false,
    agent: false, timeout: 3000 }, (answer) => answer.pipe(process.stdout)).on('error', (error) => {
    console.error(error.message); process.exit(1); });`;
  const { stdout } = await client.run([process.execPath, '-e', ask]);
  return /^server 172\.30\.129\.2(\d)$/m.exec(stdout)?.[1];
};

/** A pair without haproxy: ours with a monitor that looks at a file, beside a peer that may be genuine. */
export const buildPlain = async (peer: Implementation): Promise<Omit<World, 'mails' | 'client'>> => {
  const lab = await createLab('seed002plain');
  try {
    const lan = await lab.network('lan');
    const director = async (name: Name, implementation: Implementation): Promise<HeartbeatNode> => {
      const host = await lab.host(name, {
        interfaces: [{ device: DEVICES[name], network: lan, addresses: [`${ADDRESSES[name]}/24`] }],
      });
      return installHeartbeat(host, implementation, {
        haCf: haCf(name).replace('keepalive 1', 'keepalive 250ms'),
        authkeys: 'auth 1\n1 sha1 superpassword\n',
        haresources: `lb1 IPaddr2::${VIP}/24\n`,
      });
    };
    const [lb1, lb2] = [await director('lb1', 'ours'), await director('lb2', peer)];
    await lb1.host.write(
      '/etc/ha.d/ha-suite.ini',
      '[monitor file]\ncommand = /usr/bin/test -e /run/well\ninterval = 500ms\nholddown = 2s\n',
    );
    await lb1.host.write('/run/well', '');
    return { lab, lb1, lb2, watch: await watchAddresses([lb1.host, lb2.host]) };
  } catch (error) {
    await lab.close();
    throw error;
  }
};
