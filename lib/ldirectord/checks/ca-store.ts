/** The system's store of trusted certificate authorities, which genuine checks against (not the one inside node). */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';

/** Where distributions keep the bundle; the first that exists counts. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

const readable = (path: string): boolean => {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** The files of a store, by the same two variables that OpenSSL reads. */
const storeFiles = (env: NodeJS.ProcessEnv): readonly string[] => {
  const file = env.SSL_CERT_FILE ?? BUNDLES.find(readable);
  const folder = env.SSL_CERT_DIR;
  const inFolder = (path: string): string[] => {
    try {
      return readdirSync(path).map((name) => join(path, name));
    } catch {
      return [];
    }
  };
  return [...(file === undefined ? [] : [file]), ...(folder?.split(':').flatMap(inFolder) ?? [])].filter(readable);
};

const certificatesIn = (path: string): readonly string[] => {
  try {
    return readFileSync(path, 'latin1').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  } catch {
    return [];
  }
};

let cached: { readonly key: string; readonly context: SecureContext } | undefined;

/** A TLS context that trusts the system's authorities; made anew when the store has changed. */
export const systemContext = (env: NodeJS.ProcessEnv = process.env): SecureContext => {
  const files = storeFiles(env);
  const key = files.map((path) => `${path}@${statSync(path).mtimeMs}`).join('\n');
  if (cached?.key !== key) cached = { key, context: createSecureContext({ ca: files.flatMap(certificatesIn) }) };
  return cached.context;
};

let bare: SecureContext | undefined;

/** A TLS context that trusts nobody, for those who do not ask: the store is large, and reading it takes its time. */
export const bareContext = (): SecureContext => {
  bare ??= createSecureContext({ ca: [] });
  return bare;
};
