/** Serves the stand-in kernel to the ipvsadm of a case and remembers what the program asked for. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { projectRoot } from '../paths.js';
import { createKernel, type SimCall, type SimKernel } from './kernel.js';

export interface IpvsServer {
  readonly kernel: SimKernel;
  /** Changes asked for by the program under test, in order. */
  readonly calls: readonly SimCall[];
}

const client = join(projectRoot, 'test', 'support', 'director-golden', 'ipvsadm-client.pl');

const writeProgram = (path: string, socket: string): void => {
  writeFileSync(path, `#!/usr/bin/perl\nour $socket = '${socket}';\n${readFileSync(client, 'utf8')}`);
  chmodSync(path, 0o755);
};

/** Makes the programs `program` (recorded) and `byHand` (for steps that change the table behind the daemon's back). */
export const startIpvsServer = async (program: string, byHand: string, folder: string): Promise<IpvsServer> => {
  const kernel = createKernel();
  const calls: SimCall[] = [];
  const serve = (socket: string, onCall: (call: SimCall) => void): Promise<void> =>
    new Promise((resolve) => {
      const server = createServer({ allowHalfOpen: true }, (connection) => {
        let text = '';
        connection.on('error', () => undefined);
        connection.on('data', (chunk) => {
          text += chunk.toString('utf8');
        });
        connection.on('end', () => {
          const [words = '', input = ''] = text.split('\x1e');
          const { code, stdout, stderr } = kernel.run(words.split('\x1f'), input, onCall);
          connection.end([code, stdout, stderr].join('\x1e'));
        });
      });
      server.listen(socket, resolve);
    });
  await serve(join(folder, 'ipvs.socket'), (call) => calls.push(call));
  await serve(join(folder, 'hand.socket'), () => undefined);
  writeProgram(program, join(folder, 'ipvs.socket'));
  writeProgram(byHand, join(folder, 'hand.socket'));
  return { kernel, calls };
};
