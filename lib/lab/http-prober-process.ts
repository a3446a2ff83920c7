/**
 * The process behind an HTTP prober: requests a page every few milliseconds, each time from the next client network,
 * and prints one line of JSON per request. Arguments: address, port, path, interval and time-out in milliseconds.
 */
import { request } from 'node:http';

const [address = '', port = '80', path = '/', interval = '40', timeout = '500'] = process.argv.slice(2);

/** 100.64.0.0/10 holds 16384 networks of 256 clients; persistence by netmask takes each for one client. */
const NETWORKS = 1 << 14;

const clientAddress = (number: number): string => {
  const network = number % NETWORKS;
  return `100.${64 + (network >> 8)}.${network & 255}.7`;
};

const report = (result: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify(result)}\n`);
};

const ask = (number: number): void => {
  const from = clientAddress(number);
  const begun = Date.now();
  const asked = request(
    { host: address, port, path, localAddress: from, agent: false, signal: AbortSignal.timeout(Number(timeout)) },
    (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('error', () => undefined);
      response.on('end', () =>
        report({ begun, ended: Date.now(), from, by: response.headers['x-served-by'] ?? '', body }),
      );
    },
  );
  asked.on('error', (error: NodeJS.ErrnoException) =>
    report({
      begun,
      ended: Date.now(),
      from,
      error: error.name === 'AbortError' ? 'timeout' : (error.code ?? error.name),
    }),
  );
  asked.end();
};

let count = 0;
setInterval(() => {
  ask(count);
  count += 1;
}, Number(interval));
