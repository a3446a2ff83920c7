/** freeradius with one user and one client, and nothing of the configuration of the machine. */
import { createSocket } from 'node:dgram';
import { freePort, type RealServer, type ScratchFolder, startServer } from './server.js';

export const RADIUS_SECRET = 'testing123';

const configuration = (folder: string, port: number): string => `
name = radiusd
confdir = ${folder}
libdir = /usr/lib/freeradius
logdir = ${folder}
run_dir = ${folder}
security {
  reject_delay = 0
}
client local {
  ipaddr = 127.0.0.1
  secret = ${RADIUS_SECRET}
}
modules {
  pap {
  }
  files {
    filename = ${folder}/users
  }
}
server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${port}
  }
  authorize {
    files
    pap
  }
  authenticate {
    Auth-Type PAP {
      pap
    }
  }
}
`;

/** Whether a UDP port is taken, which is all that can be seen of it. */
const isTaken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(true));
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(false)));
  });

/** The user bob with the password "geheim". */
export const startFreeradius = async (scratch: ScratchFolder): Promise<RealServer & { readonly port: number }> => {
  const port = await freePort();
  const folder = scratch.folder('radius');
  scratch.write('radius/radiusd.conf', configuration(folder, port), 0o600);
  scratch.write('radius/dictionary', '', 0o600);
  scratch.write('radius/users', 'bob Cleartext-Password := "geheim"\n', 0o600);
  const server = await startServer('/usr/sbin/freeradius', ['-f', '-l', 'stdout', '-d', folder, '-n', 'radiusd'], {
    ready: () => isTaken(port),
  });
  return { ...server, port };
};
