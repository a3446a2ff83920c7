/** A web server as the articles have them: a genuine one with a page or two, which can be stopped and started. */
import type { Host } from '../../../lib/lab/host.js';
import type { Running } from '../../../lib/lab/inside.js';
import { until } from '../../../lib/lab/until.js';
import { makeCertificate } from '../certificate.js';

/** What it needs of a host. */
export type WebHost = Pick<Host, 'name' | 'run' | 'get' | 'start' | 'read' | 'write'>;

export interface WebServer {
  readonly host: WebHost;
  /** Resolves when it accepts connections. */
  readonly start: () => Promise<void>;
  /** Kills it: connections are refused from now on. */
  readonly stop: () => Promise<void>;
  /** Writes a page, or another text on it. */
  readonly publish: (page: string, text: string) => Promise<void>;
}

export interface WebServerOptions {
  /** What it says in the header X-Served-By; default the name of its host. */
  readonly name?: string;
  /** Pages and what is on them. */
  readonly pages: Readonly<Record<string, string>>;
  /** What it listens on, as nginx takes it. Default every address, port 80. */
  readonly listen?: readonly string[];
  /** Where its files are, for hosts that share theirs. */
  readonly folder?: string;
}

const isTls = (listen: string): boolean => listen.endsWith(' ssl');

/** Persistent connections would keep a client at a server that is not in the table any more. */
const config = (name: string, listen: readonly string[], folder: string): string => `
daemon off;
master_process off;
user root;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events { worker_connections 256; }
http {
  access_log off;
  keepalive_timeout 0;
  default_type text/plain;
${listen.some(isTls) ? `  ssl_certificate ${folder}/web.pem;\n  ssl_certificate_key ${folder}/web.key;\n` : ''}${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `  ${what}_temp_path ${folder}/${what};\n`).join('')}
  server {
${listen.map((one) => `    listen ${one};\n`).join('')}
    root ${folder}/pages;
    add_header X-Served-By ${name} always;
  }
}
`;

/** Writes pages and configuration; nothing is started yet. */
export const prepareWebServer = async (host: WebHost, options: WebServerOptions): Promise<WebServer> => {
  const {
    name = host.name.split('.')[0] ?? host.name,
    pages,
    listen = ['80', '[::]:80'],
    folder = '/run/web',
  } = options;
  const publish = (page: string, text: string): Promise<void> => host.write(`${folder}/pages/${page}`, text);
  for (const [page, text] of Object.entries(pages)) await publish(page, text);
  if (listen.some(isTls)) {
    const { key, cert } = makeCertificate({ commonName: name });
    await host.write(`${folder}/web.pem`, cert);
    await host.write(`${folder}/web.key`, key);
  }
  await host.write(`${folder}/nginx.conf`, config(name, listen, folder));
  let running: Running | undefined;
  return {
    host,
    publish,
    start: async () => {
      const said: string[] = [];
      running = host.start(['/usr/sbin/nginx', '-c', `${folder}/nginx.conf`, '-e', `${folder}/error.log`]);
      running.onLine((line) => said.push(line));
      const answers = async (): Promise<boolean> => (await host.read(`${folder}/nginx.pid`)) !== '';
      await until(`the web server of ${host.name}`, answers, 30_000, 200).catch((error: unknown) => {
        throw new Error(`${error}: ${said.join('\n')}`);
      });
    },
    stop: async () => {
      await running?.stop('SIGKILL');
      await host.run(['rm', '-f', `${folder}/nginx.pid`]);
    },
  };
};
