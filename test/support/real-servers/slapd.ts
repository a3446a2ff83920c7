/** slapd with two entries, for ldap and for ldaps with a certificate that nobody has signed. */
import { execFileSync } from 'node:child_process';
import { freePort, type RealServer, type ScratchFolder, startServer } from './server.js';

const ENTRIES = `dn: dc=example,dc=test
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: cn=bob,dc=example,dc=test
objectClass: organizationalRole
cn: bob

`;

export interface Slapd extends RealServer {
  readonly port: number;
  readonly tlsPort: number;
}

/** The administrator is cn=admin,dc=example,dc=test with the password "geheim". */
export const startSlapd = async (
  scratch: ScratchFolder,
  { key, cert }: { readonly key: string; readonly cert: string },
): Promise<Slapd> => {
  const [port, tlsPort] = [await freePort(), await freePort()];
  const keyFile = scratch.write('ldap/key.pem', key, 0o600);
  const certFile = scratch.write('ldap/cert.pem', cert);
  const config = scratch.write(
    'ldap/slapd.conf',
    `include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile ${certFile}
TLSCertificateKeyFile ${keyFile}
database mdb
suffix "dc=example,dc=test"
rootdn "cn=admin,dc=example,dc=test"
rootpw geheim
directory ${scratch.folder('ldap/data')}
`,
    0o600,
  );
  execFileSync('/usr/sbin/slapadd', ['-f', config, '-l', scratch.write('ldap/entries.ldif', ENTRIES)], {
    stdio: 'pipe',
  });
  const urls = `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${tlsPort}`;
  const server = await startServer('/usr/sbin/slapd', ['-d', '0', '-h', urls, '-f', config], {
    ports: [port, tlsPort],
  });
  return { ...server, port, tlsPort };
};
