/** vsftpd inside a host of the lab: one for anonymous users, one that lets nobody in. */
import type { Host } from '../../../lib/lab/host.js';
import { startInHost } from './started.js';

export const FTP_PORTS = { anonymous: 21, nobody: 2121 } as const;

const config = (address: string, name: keyof typeof FTP_PORTS): string => `
listen=YES
listen_address=${address}
listen_port=${FTP_PORTS[name]}
background=NO
anonymous_enable=${name === 'anonymous' ? 'YES' : 'NO'}
local_enable=${name === 'anonymous' ? 'NO' : 'YES'}
anon_root=/run/ftp/files
ftpd_banner=Welcome to the test
secure_chroot_dir=/run/ftp/empty
ftp_username=ftp
pam_service_name=other
isolate_network=NO
isolate=NO
seccomp_sandbox=NO
`;

export const startVsftpd = async (host: Host, address: string): Promise<void> => {
  await host.write('/run/ftp/files/welcome.msg', 'this is a test\n');
  await host.write('/run/ftp/files/large', `${'x'.repeat(300_000)}test`);
  await host.write('/run/ftp/files/pub/empty', '');
  await host.get(['mkdir', '-p', '/run/ftp/empty']);
  for (const name of Object.keys(FTP_PORTS) as (keyof typeof FTP_PORTS)[]) {
    const file = `/run/ftp/${name}.conf`;
    await host.write(file, config(address, name));
    await startInHost(host, ['/usr/sbin/vsftpd', file], address, [FTP_PORTS[name]]);
  }
};
