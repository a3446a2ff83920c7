/** dnsmasq with a few names of its own and no way to any other server. */
import { freePort, type RealServer, startServer } from './server.js';

/** More addresses than fit into a datagram of 512 bytes. */
const MANY = Array.from({ length: 60 }, (_, index) => `--host-record=many.example.test,192.0.2.${index + 1}`);

export const startDnsmasq = async (): Promise<RealServer & { readonly port: number }> => {
  const port = await freePort();
  const server = await startServer(
    '/usr/sbin/dnsmasq',
    [
      ...['--keep-in-foreground', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--user=root', '--pid-file'],
      ...['--listen-address=127.0.0.1', '--bind-interfaces', `--port=${port}`, '--local=/example.test/'],
      ...['--host-record=www.example.test,192.0.2.200', ...MANY],
    ],
    { ports: [port] },
  );
  return { ...server, port };
};
