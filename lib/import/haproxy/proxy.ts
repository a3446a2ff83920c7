/** The proxies of a haproxy.cfg with what `defaults` give them: where they listen, their servers and how these are checked. */
import { arg, named, type Statement } from '../statement.js';
import { addressValue, portValue } from '../values.js';

/** A place where haproxy listens. */
export interface Bind {
  readonly statement: Statement;
  /** Undefined: all addresses. */
  readonly address: string | undefined;
  readonly port: number;
  /** What else the line says, such as ssl. */
  readonly options: readonly string[];
}

export interface Server {
  readonly statement: Statement;
  readonly name: string;
  /** As written; may be a host name. */
  readonly host: string;
  /** 0: that of the bind line. */
  readonly port: number;
  /** Options with their values, those of default-server first. */
  readonly options: ReadonlyMap<string, string>;
  /** Those of its own line. */
  readonly own: ReadonlyMap<string, string>;
}

/** A frontend with its backend, or a listen section. */
export interface ProxySection {
  readonly name: string;
  /** Frontend or listen. */
  readonly front: Statement;
  /** The section with the servers; undefined: there is none of that name. */
  readonly back: Statement | undefined;
  readonly mode: 'tcp' | 'http' | 'other';
  /** It shows haproxy's own statistics only. */
  readonly isStatistics: boolean;
  readonly binds: readonly Bind[];
  readonly servers: readonly Server[];
  /** All its statements with those of the defaults first, but not binds and servers. */
  readonly settings: readonly Statement[];
  /** Those of the proxy itself. */
  readonly own: readonly Statement[];
}

/** Options of a server that stand alone; any other one takes a word. */
const FLAGS: ReadonlySet<string> = new Set([
  ...['check', 'backup', 'disabled', 'enabled', 'ssl', 'no-ssl', 'check-ssl', 'no-check-ssl', 'send-proxy', 'no-check'],
  ...[
    'send-proxy-v2',
    'check-send-proxy',
    'agent-check',
    'non-stick',
    'tfo',
    'no-backup',
    'no-tls-tickets',
    'allow-0rtt',
  ],
  ...['force-tlsv12', 'force-tlsv13', 'no-sslv3', 'no-tlsv10', 'no-tlsv11', 'stick', 'no-send-proxy', 'resolve-net'],
]);

/** The options of a server or default-server line by name, the later one winning. */
export const serverOptions = (words: readonly string[]): ReadonlyMap<string, string> => {
  const options = new Map<string, string>();
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift())
    options.set(word, FLAGS.has(word) ? '' : (queue.shift() ?? ''));
  return options;
};

/** `address:port`, `*:port`, `:port`, `[v6]:port` or `v6:port`; undefined when it is none of these. */
export const splitPlace = (text: string): { readonly host: string; readonly port: number } | undefined => {
  const plain = text.replace(/^(?:ipv4|ipv6|tcp4|tcp6|tcp)@/, '');
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(plain) ?? [];
  const value = portValue(port);
  if (value === undefined) return undefined;
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: value };
};

const bindOf = (statement: Statement, text: string, options: readonly string[]): Bind | undefined => {
  const split = splitPlace(text);
  if (split === undefined || split.port === 0) return undefined;
  const { host, port } = split;
  if (host === '' || host === '*' || host === '0.0.0.0' || host === '::')
    return { statement, address: undefined, port, options };
  const address = addressValue(host);
  return address === undefined ? undefined : { statement, address: address.text, port, options };
};

/** The places of a bind line, separated by commas; undefined when one of them is something else, such as a socket. */
export const bindsOf = (statement: Statement, first: number): readonly Bind[] | undefined => {
  const options = statement.args.slice(first + 1).map(({ value }) => value);
  const binds = arg(statement, first)
    .split(',')
    .map((text) => bindOf(statement, text, options));
  return binds.every((bind) => bind !== undefined) ? binds : undefined;
};

const serverOf = (statement: Statement, defaults: ReadonlyMap<string, string>): Server | undefined => {
  const text = arg(statement, 1);
  const split = splitPlace(text) ?? (/^[\w.-]+$/.test(text) ? { host: text, port: 0 } : undefined);
  if (split === undefined) return undefined;
  const own = serverOptions(statement.args.slice(2).map(({ value }) => value));
  return { statement, name: arg(statement, 0), ...split, options: new Map([...defaults, ...own]), own };
};

const modeOf = (settings: readonly Statement[]): ProxySection['mode'] => {
  const mode = settings.findLast(({ keyword }) => keyword === 'mode');
  const word = mode === undefined ? 'tcp' : arg(mode, 0);
  return word === 'tcp' || word === 'http' ? word : 'other';
};

/** The sections that a proxy is made of, and the places and servers in them. */
export const proxiesOf = (sections: readonly Statement[]): readonly ProxySection[] => {
  const proxies: ProxySection[] = [];
  let defaults: readonly Statement[] = [];
  const defaultsOf = new Map<Statement, readonly Statement[]>();
  for (const section of sections) {
    if (section.keyword === 'defaults') defaults = section.block ?? [];
    defaultsOf.set(section, defaults);
  }
  for (const front of sections.filter(({ keyword }) => keyword === 'frontend' || keyword === 'listen')) {
    const inherited = defaultsOf.get(front) ?? [];
    const chosen = [...inherited, ...(front.block ?? [])].findLast(({ keyword }) => keyword === 'default_backend');
    const back =
      front.keyword === 'listen' && chosen === undefined
        ? front
        : sections.find(
            (section) => section.keyword === 'backend' && chosen !== undefined && arg(section, 0) === arg(chosen, 0),
          );
    const backDefaults = back === undefined || back === front ? [] : (defaultsOf.get(back) ?? []);
    const own = [...(front.block ?? []), ...(back === undefined || back === front ? [] : (back.block ?? []))];
    const settings = [...inherited, ...backDefaults, ...own];
    const inheritedOptions = settings
      .filter(({ keyword }) => keyword === 'default-server')
      .map((statement) => serverOptions(statement.args.map(({ value }) => value)));
    const serverDefaults = new Map(inheritedOptions.flatMap((options) => [...options]));
    const binds = [
      ...(front.args.length > 1 ? (bindsOf(front, 1) ?? []) : []),
      ...named(front, 'bind').flatMap((statement) => bindsOf(statement, 0) ?? []),
    ];
    const servers = (back === undefined ? [] : named(back, 'server')).flatMap(
      (statement) => serverOf(statement, serverDefaults) ?? [],
    );
    proxies.push({
      name: arg(front, 0),
      front,
      back,
      mode: modeOf([...inherited, ...(front.block ?? [])]),
      isStatistics: own.some(({ keyword }) => keyword === 'stats') && servers.length === 0,
      binds,
      servers,
      settings,
      own,
    });
  }
  return proxies;
};
