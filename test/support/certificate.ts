/** Certificates for test servers: trusted, self-signed, for another name, too old, with an authority in between. */
import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

export interface Certificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

export interface CertificateFor {
  readonly commonName: string;
  /** Subject alternative names. */
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  /** Who signs; absent: it signs itself. */
  readonly issuer?: Certificate;
  /** Whether it may sign others. Default: when it signs itself, so that a store that holds it trusts it. */
  readonly authority?: boolean;
  /** Milliseconds from now at which it ends. Default: tomorrow. */
  readonly ends?: number;
}

const DAY = 86_400_000;
let serial = 0;

/** A certificate with a key of its own. */
export const makeCertificate = ({
  commonName,
  names = [],
  addresses = [],
  issuer,
  authority = issuer === undefined,
  ends = DAY,
}: CertificateFor): Certificate => {
  const { publicKey, privateKey: key } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const made = forge.pki.createCertificate();
  serial += 1;
  made.publicKey = forge.pki.publicKeyFromPem(publicKey);
  made.serialNumber = serial.toString(16).padStart(2, '0');
  made.validity.notBefore = new Date(Date.now() - 2 * DAY);
  made.validity.notAfter = new Date(Date.now() + ends);
  // The organisation keeps the subjects of different certificates apart: a store looks issuers up by their names.
  const subject = [
    { name: 'commonName', value: commonName },
    { name: 'organizationName', value: `test ${process.pid} ${serial}` },
  ];
  made.setSubject(subject);
  made.setIssuer(issuer === undefined ? subject : forge.pki.certificateFromPem(issuer.cert).subject.attributes);
  const altNames = [...names.map((value) => ({ type: 2, value })), ...addresses.map((ip) => ({ type: 7, ip }))];
  made.setExtensions([
    { name: 'basicConstraints', cA: authority },
    ...(altNames.length === 0 ? [] : [{ name: 'subjectAltName', altNames }]),
  ]);
  made.sign(forge.pki.privateKeyFromPem(issuer?.key ?? key), forge.md.sha256.create());
  return { key, cert: forge.pki.certificateToPem(made) };
};
