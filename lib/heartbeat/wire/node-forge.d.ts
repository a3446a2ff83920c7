/** The three modules of node-forge that stand in for OpenSSL's digests; its published types know only the whole package. */
declare module 'node-forge/lib/hmac.js' {
  interface Hmac {
    start(method: 'md5' | 'sha1', key: string): void;
    update(bytes: string): void;
    digest(): { toHex(): string };
  }
  const hmac: { create(): Hmac };
  export default hmac;
}
declare module 'node-forge/lib/md5.js' {
  interface Md5 {
    start(): void;
    update(bytes: string): void;
    digest(): { toHex(): string };
  }
  const md5: { create(): Md5 };
  export default md5;
}
declare module 'node-forge/lib/sha1.js' {
  const sha1: unknown;
  export default sha1;
}
