/** The machines of the article, as hosts of a lab: two directors, two web servers, the ping node and the clients. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type HeartbeatNode, installHeartbeat } from '../lab/heartbeat-node.js';
import type { Host } from '../lab/host.js';
import { ownClientNetworks } from '../lab/http-prober.js';
import type { Running } from '../lab/inside.js';
import { createLab, type Lab } from '../lab/lab.js';
import { suiteRoot } from '../lab/suite-files.js';

export const SERVICE_ADDRESS = '10.0.2.50';
export const GATEWAY_ADDRESS = '192.168.120.50';
export const WEB_SERVERS = [
  { name: 'web1', address: '192.168.120.86' },
  { name: 'web2', address: '192.168.120.87' },
] as const;
export const DIRECTORS = [
  { name: 'LB1', outside: '10.0.1.230', inside: '192.168.120.230' },
  { name: 'LB2', outside: '10.0.1.231', inside: '192.168.120.231' },
] as const;
const PING_NODE = '10.0.1.11';
/** Where the requests of the world come in; the article leaves this machine out. */
const ROUTER = '10.0.0.1';

export type WebServerName = (typeof WEB_SERVERS)[number]['name'];
export type DirectorName = (typeof DIRECTORS)[number]['name'];

export interface Topology {
  readonly lab: Lab;
  readonly directors: Readonly<Record<DirectorName, HeartbeatNode>>;
  readonly client: Host;
  readonly webHosts: Readonly<Record<WebServerName, Host>>;
  /** Starts the web server of a host; it ends when it is stopped. */
  readonly startWebServer: (name: WebServerName) => Running;
}

/** A file of the article, unchanged. */
const articleFile = (...path: readonly string[]): Promise<string> =>
  readFile(join(suiteRoot, 'packaging', 'examples', 'linux-ha-lvs-pair', ...path), 'utf8');

/** The network settings among the lines of sysctl.conf; what is left belongs to the whole machine. */
export const networkSettings = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text
      .split('\n')
      .map((line) => line.split('=').map((part) => part.trim()))
      .flatMap(([name = '', value]) => (name.startsWith('net.') && value !== undefined ? [[name, value]] : [])),
  );

const WEB_SERVER_PROGRAM = join(dirname(fileURLToPath(import.meta.url)), 'web-server.js');

/** Sets everything up; nothing is started but the web servers' hosts. `close` of the lab ends it all. */
export const buildTopology = async (): Promise<Topology> => {
  const lab = await createLab('demo');
  try {
    const outside = await lab.network('outside');
    const inside = await lab.network('inside');
    const settings = networkSettings(await articleFile('sysctl.conf'));
    const files = {
      haCf: await articleFile('ha.cf'),
      haresources: await articleFile('haresources'),
      authkeys: await articleFile('authkeys'),
    };
    const ldirectordCf = await articleFile('conf', 'ldirectord.cf');
    const director = async ({ name, ...own }: (typeof DIRECTORS)[number]): Promise<HeartbeatNode> => {
      const host = await lab.host(name, {
        settings,
        interfaces: [
          { device: 'eth0', network: outside, addresses: [`${own.outside}/8`] },
          { device: 'eth1', network: inside, addresses: [`${own.inside}/24`] },
        ],
        routes: [`default via ${ROUTER}`],
      });
      const node = await installHeartbeat(host, 'ours', files);
      await host.write('/etc/ha.d/conf/ldirectord.cf', ldirectordCf);
      // tail(1) looks for a file that does not exist yet only once a second.
      await host.write('/var/log/ha-log', '');
      return node;
    };
    const web = ({ name, address }: (typeof WEB_SERVERS)[number]): Promise<Host> =>
      lab.host(name, {
        interfaces: [{ device: 'eth0', network: inside, addresses: [`${address}/24`] }],
        routes: [`default via ${GATEWAY_ADDRESS}`],
      });
    const [LB1, LB2] = [await director(DIRECTORS[0]), await director(DIRECTORS[1])];
    const webHosts = { web1: await web(WEB_SERVERS[0]), web2: await web(WEB_SERVERS[1]) };
    const interfaceOf = (address: string) => ({ device: 'eth0', network: outside, addresses: [`${address}/8`] });
    await lab.host('pingnode', { interfaces: [interfaceOf(PING_NODE)] });
    const client = await lab.host('client', { interfaces: [interfaceOf(ROUTER)] });
    await ownClientNetworks(client);
    return {
      lab,
      directors: { LB1, LB2 },
      client,
      webHosts,
      startWebServer: (name) => webHosts[name].start([process.execPath, WEB_SERVER_PROGRAM, name]),
    };
  } catch (error) {
    await lab.close();
    throw error;
  }
};
