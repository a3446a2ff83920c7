/** nginx and tinyproxy inside a host of the lab: sites by name, redirects, chunked pages, errors, and TLS in several states. */
import type { Host } from '../../../lib/lab/host.js';
import type { Running } from '../../../lib/lab/inside.js';
import { until } from '../../../lib/lab/until.js';
import { type Certificate, makeCertificate } from '../certificate.js';

export const WEB = { address: '192.168.0.1', six: 'fd00:1::1', proxyPort: 8888 };

/** Ports of the TLS servers by the state of their certificate. */
export const TLS_PORTS = {
  trusted: 443,
  selfSigned: 444,
  otherName: 445,
  onlyTls12: 446,
  onlyTls13: 447,
  expired: 448,
  clientCertificate: 449,
  throughIntermediate: 450,
  intermediateMissing: 451,
} as const;

const SITES = `
  server {
    listen 80 default_server;
    listen [::]:80 default_server;
    root /run/web/default;
    location = /to-page { return 302 /index.html; }
    location = /to-absolute { return 301 http://${WEB.address}/index.html; }
    location = /to-other-name { return 307 http://b.example/index.html; }
    location = /to-other-port { return 302 http://${WEB.address}:81/; }
    location = /to-nowhere { return 302 http://${WEB.address}:9/; }
    location = /to-tls { return 302 https://${WEB.address}/; }
    location = /to-missing { return 302 /missing; }
    location = /to-scheme { return 302 ftp://${WEB.address}/; }
    location = /loop { return 302 /loop; }
    location = /empty { return 204; }
    location = /not-modified { return 304; }
    location = /teapot { return 418; }
    location = /busy { return 503 "Test Page, but busy"; }
    location = /odd { return 299 "Test Page"; }
    location = /closes { return 444; }
    location = /secret { auth_basic "closed"; auth_basic_user_file /run/web/users; }
    location = /args { return 200 "Test Page for $args"; }
    location = /uri { return 200 "Test Page at $request_uri"; }
    location = /headers { return 200 "Test Page: host=$http_host agent=$http_user_agent te=$http_te connection=$http_connection accept=$http_accept_encoding method=$request_method"; }
    location /ssi/ { ssi on; }
    location /packed/ { gzip_static always; }
    location = /slow { limit_rate 1; }
    location = /ranges { return 206 "Test Page"; }
  }
  server {
    listen 80;
    listen [::]:80;
    server_name a.example;
    location / { return 200 "Test Page of A"; }
  }
  server {
    listen 80;
    listen [::]:80;
    server_name b.example;
    location / { return 200 "Test Page of B"; }
  }
  server {
    listen 81;
    gzip on;
    gzip_types *;
    gzip_min_length 1;
    location / { return 200 "Test Page at another port"; }
  }
`;

const tlsSite = (port: number, name: string, more = ''): string => `
  server {
    listen ${port} ssl;
    ssl_certificate /run/web/${name}.pem;
    ssl_certificate_key /run/web/${name}.key;
    ${more}
    location / { return 200 "Test Page over $ssl_protocol for $ssl_server_name"; }
  }
`;

const CONFIG = `
daemon off;
user root;
worker_processes 1;
pid /run/web/nginx.pid;
error_log /run/web/error.log warn;
events { worker_connections 256; }
http {
  access_log /run/web/access.log;
  default_type text/plain;
  client_body_temp_path /run/web/tmp1;
  proxy_temp_path /run/web/tmp2;
  fastcgi_temp_path /run/web/tmp3;
  uwsgi_temp_path /run/web/tmp4;
  scgi_temp_path /run/web/tmp5;
  ${SITES}
  ${tlsSite(TLS_PORTS.trusted, 'trusted')}
  ${tlsSite(TLS_PORTS.selfSigned, 'self-signed')}
  ${tlsSite(TLS_PORTS.otherName, 'other-name')}
  ${tlsSite(TLS_PORTS.onlyTls12, 'trusted', 'ssl_protocols TLSv1.2;')}
  ${tlsSite(TLS_PORTS.onlyTls13, 'trusted', 'ssl_protocols TLSv1.3;')}
  ${tlsSite(TLS_PORTS.expired, 'expired')}
  ${tlsSite(TLS_PORTS.clientCertificate, 'trusted', 'ssl_verify_client on; ssl_client_certificate /run/web/ca.pem;')}
  ${tlsSite(TLS_PORTS.throughIntermediate, 'chain')}
  ${tlsSite(TLS_PORTS.intermediateMissing, 'leaf')}
}
`;

/** Refuses b.example, so that there is a proxy that says no. */
const PROXY = `
Port ${WEB.proxyPort}
Listen ${WEB.address}
Timeout 20
Allow 0.0.0.0/0
Filter "/run/web/filter"
LogLevel Error
PidFile "/run/web/tinyproxy.pid"
`;

/** Where the authority's certificate is, for SSL_CERT_FILE. */
export const AUTHORITY_FILE = '/run/web/ca.pem';

const writeCertificates = async (host: Host): Promise<void> => {
  const authority = makeCertificate({ commonName: 'Test Authority' });
  const between = makeCertificate({ commonName: 'Authority in between', authority: true, issuer: authority });
  const put = async (name: string, { key, cert }: Certificate, more = ''): Promise<void> => {
    await host.write(`/run/web/${name}.pem`, cert + more);
    await host.write(`/run/web/${name}.key`, key);
  };
  const own = { commonName: WEB.address, addresses: [WEB.address] };
  const leaf = makeCertificate({ ...own, issuer: between });
  await host.write(AUTHORITY_FILE, authority.cert);
  await put('trusted', makeCertificate({ ...own, issuer: authority }));
  await put('self-signed', makeCertificate({ ...own }));
  await put(
    'other-name',
    makeCertificate({ commonName: 'other.example', names: ['other.example'], issuer: authority }),
  );
  await put('expired', makeCertificate({ ...own, issuer: authority, ends: -86_400_000 }));
  await put('leaf', leaf);
  await put('chain', leaf, between.cert);
};

/** A page that is larger than any buffer on the way, with the words at its end. */
const LARGE = 400_000;

/** Starts both in the host (which needs no interfaces) and waits until they serve. They end with the host. */
export const startWeb = async (host: Host): Promise<readonly Running[]> => {
  await host.get(['ip', 'address', 'add', `${WEB.address}/32`, 'dev', 'lo']);
  await host.get(['ip', '-6', 'address', 'add', `${WEB.six}/128`, 'dev', 'lo', 'nodad']);
  await host.write('/etc/hosts', `127.0.0.1 localhost\n${WEB.address} a.example b.example\n`);
  await writeCertificates(host);
  await host.write('/run/web/users', 'admin:{PLAIN}secret\n');
  await host.write('/run/web/filter', 'b\\.example\n');
  await host.write('/run/web/default/index.html', '<html><body><h1>Test Page</h1>\n</body></html>\n');
  await host.write('/run/web/default/with blank.html', 'Test Page with a blank\n');
  await host.write('/run/web/default/gr\u00fc\u00dfe.html', 'Test Page mit Gr\u00fc\u00dfen\n');
  await host.write('/run/web/default/slow', 'Test Page\n'.repeat(1000));
  await host.write('/run/web/default/ssi/index.html', '<h1><!--#echo var="nothing" default="Test" --> Page</h1>\n');
  await host.write('/run/web/default/empty.html', '');
  await host.write('/run/web/default/large.html', `${'x'.repeat(LARGE)}Test Page`);
  await host.write('/run/web/default/packed/index.html', 'Test Page, packed\n');
  await host.get(['gzip', '-k', '/run/web/default/packed/index.html']);
  await host.write('/run/web/nginx.conf', CONFIG);
  await host.write('/run/web/tinyproxy.conf', PROXY);
  const said: string[] = [];
  const programs = [
    host.start(['/usr/sbin/nginx', '-c', '/run/web/nginx.conf', '-e', '/run/web/error.log']),
    host.start(['/usr/bin/tinyproxy', '-d', '-c', '/run/web/tinyproxy.conf']),
  ];
  for (const program of programs) program.onLine((line) => said.push(line));
  const serves = (port: number) => host.run(['bash', '-c', `exec 3<>/dev/tcp/${WEB.address}/${port}`]);
  await until(
    'the web servers',
    async () => {
      const results = await Promise.all([80, TLS_PORTS.intermediateMissing, WEB.proxyPort].map(serves));
      return results.every(({ code }) => code === 0);
    },
    30_000,
    100,
  ).catch((error: unknown) => {
    throw new Error(`${error}: ${said.join('\n')}`);
  });
  return programs;
};
