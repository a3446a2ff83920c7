/** What the parsers must know about the machine; gathered beforehand, so that they stay pure. */

export interface DeviceFacts {
  /** Whether the network device has an IPv4 address. */
  readonly ipv4: boolean;
}

export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'character' | 'other';
  readonly executable: boolean;
}

/** A name that is not in a map does not exist on this machine. */
export interface Environment {
  /** Our node name: first line of nodeinfo or `uname -n`, lower-cased (heartbeat reference 2.3). */
  readonly nodeName: string;
  readonly devices: ReadonlyMap<string, DeviceFacts>;
  /** UDP services by name, from /etc/services. */
  readonly udpServices: ReadonlyMap<string, number>;
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  /** Absolute paths that the configuration mentions. */
  readonly files: ReadonlyMap<string, FileFacts>;
  /** Whether the program stonith is installed; absent: not asked. */
  readonly hasStonith?: boolean;
  /** Whether the kernel gives every core dump the same name, so that one overwrites another. */
  readonly coreDumpsCollide?: boolean;
  /** IPv4 addresses by host name. */
  readonly hosts: ReadonlyMap<string, string>;
}

/** The IPv4 address of a host: a literal address stands for itself. Undefined when it cannot be resolved. */
export const addressOf = (env: Environment, host: string): string | undefined =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(host) && host.split('.').every((part) => Number(part) < 256)
    ? host
    : env.hosts.get(host);

/** What a configuration asks the machine about. */
export interface Mentioned {
  readonly devices: readonly string[];
  readonly files: readonly string[];
  readonly hosts: readonly string[];
}

/** Where distributions have put the programs of the genuine package. */
const PROGRAM_FOLDERS = ['/usr/libexec/heartbeat', '/usr/lib/heartbeat', '/usr/lib64/heartbeat'];

/** The other places in which a program of the genuine package may be: old files name those of another distribution. */
export const elsewhere = (path: string): readonly string[] => {
  const folder = PROGRAM_FOLDERS.find((one) => path.startsWith(`${one}/`));
  return folder === undefined
    ? []
    : PROGRAM_FOLDERS.filter((one) => one !== folder).map((one) => `${one}${path.slice(folder.length)}`);
};

/** Looks ha.cf over for names whose facts the parser will want; anything odd is left to the parser. */
export const mentionedIn = (text: string): Mentioned => {
  const devices = new Set<string>();
  const files = new Set<string>();
  const hosts = new Set<string>();
  for (const line of text.split('\n')) {
    const [directive = '', ...words] = line
      .replace(/#.*/, '')
      .split(/[\s,]+/)
      .filter((word) => word !== '');
    for (const word of words) {
      if (word.startsWith('/')) for (const path of [word, ...elsewhere(word)]) files.add(path);
    }
    if (directive === 'bcast' || directive === 'udp') for (const word of words) devices.add(word);
    if (/^[mu]cast6?$/.test(directive) && words[0] !== undefined) devices.add(words[0]);
    if (directive === 'ucast' && words[1] !== undefined) hosts.add(words[1]);
    if (directive === 'ping') for (const word of words) hosts.add(word);
    if (directive === 'ping_group') for (const word of words.slice(1)) hosts.add(word);
  }
  return { devices: [...devices], files: [...files], hosts: [...hosts] };
};
