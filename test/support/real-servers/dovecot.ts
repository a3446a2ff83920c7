/** dovecot inside a host of the lab: pop3 and imap, in the clear and with TLS, the certificate by the address asked. */
import type { Host } from '../../../lib/lab/host.js';
import { type Certificate, makeCertificate } from '../certificate.js';
import { startInHost } from './started.js';

/** An address for each certificate. */
export const DOVECOT = { ownAddress: '192.168.0.1', otherName: '192.168.0.2', selfSigned: '192.168.0.3' } as const;

/** Where the authority's certificate is, for SSL_CERT_FILE. */
export const MAIL_AUTHORITY_FILE = '/run/mail/ca.pem';

export const MAIL_USER = { login: 'checker', passwd: 'sesame & "more" \\o/' } as const;

const site = (address: string, name: string): string => `
local ${address} {
  ssl_cert = </run/mail/${name}.pem
  ssl_key = </run/mail/${name}.key
}
`;

const config = (mechanisms: string): string => `
base_dir = /run/dovecot
state_dir = /run/mail/state
log_path = /run/mail/log
protocols = imap pop3
listen = ${Object.values(DOVECOT).join(', ')}
ssl = yes
ssl_cert = </run/mail/ownAddress.pem
ssl_key = </run/mail/ownAddress.key
disable_plaintext_auth = no
auth_mechanisms = ${mechanisms}
auth_failure_delay = 0
mail_location = maildir:/run/mail/home/%u
first_valid_uid = 1
passdb {
  driver = passwd-file
  args = scheme=PLAIN /run/mail/users
}
userdb {
  driver = static
  args = uid=mail gid=mail home=/run/mail/home/%u
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
${site(DOVECOT.otherName, 'otherName')}
${site(DOVECOT.selfSigned, 'selfSigned')}
`;

/** `mechanisms`: ways to log in, as dovecot's auth_mechanisms. */
export const startDovecot = async (host: Host, mechanisms: string): Promise<void> => {
  const authority = makeCertificate({ commonName: 'Mail Authority' });
  const put = async (name: string, { key, cert }: Certificate): Promise<void> => {
    await host.write(`/run/mail/${name}.pem`, cert);
    await host.write(`/run/mail/${name}.key`, key);
  };
  await host.write(MAIL_AUTHORITY_FILE, authority.cert);
  await put('ownAddress', makeCertificate({ commonName: 'mail', addresses: [DOVECOT.ownAddress], issuer: authority }));
  await put('otherName', makeCertificate({ commonName: 'mail.example', names: ['mail.example'], issuer: authority }));
  await put('selfSigned', makeCertificate({ commonName: 'mail', addresses: [DOVECOT.selfSigned] }));
  await host.write('/run/mail/users', `${MAIL_USER.login}:{PLAIN}${MAIL_USER.passwd}\n`, '644');
  await host.write('/run/mail/dovecot.conf', config(mechanisms));
  await host.get(['install', '-d', '-o', 'mail', '-g', 'mail', '/run/mail/home', '/run/mail/state']);
  for (const address of Object.values(DOVECOT).slice(1))
    await host.get(['ip', 'address', 'add', `${address}/32`, 'dev', 'lo']);
  await startInHost(
    host,
    ['/usr/sbin/dovecot', '-F', '-c', '/run/mail/dovecot.conf'],
    DOVECOT.ownAddress,
    [110, 143, 993, 995],
    ['/run/mail/log'],
  );
};
