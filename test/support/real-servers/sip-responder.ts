/** A small SIP server of our own inside a host of the lab, for udp and tcp: it answers OPTIONS with 200 or what a port stands for. */
import type { Host } from '../../../lib/lab/host.js';
import { startInHost } from './started.js';

export const SIP_PORTS = { good: 5060, busy: 5062, silent: 5064 } as const;

/** Runs in a process of its own inside the host; RFC 3261 8.2.6: an answer repeats Via, From, To, Call-ID and CSeq. */
const PROGRAM = `
  const { createSocket } = require('node:dgram');
  const { createServer } = require('node:net');
  const [address, ports] = [process.argv[1], JSON.parse(process.argv[2])];
  const STATUS = { good: '200 OK', busy: '503 Service Unavailable' };
  const answer = (request, name) => {
    const lines = request.split('\\r\\n');
    if (!/^OPTIONS sip:\\S+ SIP\\/2\\.0$/.test(lines[0])) return 'SIP/2.0 400 Bad Request\\r\\nContent-Length: 0\\r\\n\\r\\n';
    const kept = lines.filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
    return ['SIP/2.0 ' + STATUS[name], ...kept, 'Allow: OPTIONS', 'Content-Length: 0', '', ''].join('\\r\\n');
  };
  for (const [name, port] of Object.entries(ports)) {
    const udp = createSocket('udp4');
    udp.on('message', (data, from) => {
      if (STATUS[name]) udp.send(answer(data.toString('latin1'), name), from.port, from.address);
    });
    udp.bind(port, address);
    createServer((socket) => {
      let text = '';
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        text += data.toString('latin1');
        if (text.endsWith('\\r\\n\\r\\n') && STATUS[name]) socket.write(answer(text, name));
      });
    }).listen(port, address);
  }
`;

export const startSipResponder = (host: Host, address: string): Promise<void> =>
  startInHost(
    host,
    [process.execPath, '-e', PROGRAM, address, JSON.stringify(SIP_PORTS)],
    address,
    Object.values(SIP_PORTS),
  );
