/** The recorded cases of compat-fixtures/ldirectord. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Rule } from '../dialogues/scripted-server.js';
import { fixture } from '../paths.js';

/** A scripted real server. Options that its kind does not know are ignored. */
export interface ServerScript {
  readonly id: string;
  readonly kind: string;
  readonly addr: string;
  readonly port: number;
  readonly tls?: boolean;
  readonly initiallyDown?: boolean;
  readonly body?: string;
  readonly status?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly delay?: number;
  readonly raw?: string;
  readonly udp?: boolean;
  /** Of servers of lines, ftp and sip, as in test/support/dialogues. */
  readonly banner?: string;
  readonly rules?: readonly Rule[];
  readonly onEof?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly reply?: string;
  /** Of dns: `name/TYPE` and its values. */
  readonly zone?: Readonly<Record<string, readonly string[]>>;
  /** Of ldap: the names that are found, and the result codes. */
  readonly dns?: readonly string[];
  readonly bindCode?: number;
  readonly searchCode?: number;
  /** Of radius: the kind of its answer. */
  readonly code?: number;
  readonly secret?: string;
  readonly paths?: Readonly<Record<string, Partial<ServerScript>>>;
}

export interface Step {
  readonly cli?: readonly string[];
  readonly cwd?: string;
  /** Runs the program in the foreground, in the background of the case. */
  readonly bg?: readonly string[];
  readonly down?: string | readonly string[];
  readonly up?: string | readonly string[];
  readonly set?: string;
  readonly opts?: Partial<ServerScript>;
  readonly config?: string;
  readonly write?: string;
  readonly content?: string;
  readonly rm?: string;
  readonly sh?: string;
  readonly show?: boolean;
  readonly kill?: string;
  readonly target?: string;
  readonly waitLog?: string;
  readonly waitGone?: boolean;
  readonly waitExit?: boolean;
  /** Seconds for which nothing had to happen before the recording went on. */
  readonly quiet?: number;
  /** Seconds the recording paused. */
  readonly sleep?: number;
  readonly snap?: string;
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly configPath: string;
  readonly addrs: readonly string[];
  readonly hosts?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly servers: readonly ServerScript[];
  readonly steps: readonly Step[];
  readonly env: Readonly<Record<string, string>>;
}

/** A call that changed the table. */
export interface RecordedCall {
  readonly step: number;
  readonly argv: readonly string[];
  readonly rc: number;
}

/** What a command line said. */
export interface RecordedCli {
  readonly ev: 'cli' | 'bg-exit' | 'sh';
  readonly argv?: readonly string[];
  readonly rc: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RecordedCase {
  readonly scenario: Scenario;
  /** Text of the configuration file at the start. */
  readonly config: string;
  readonly calls: readonly RecordedCall[];
  readonly cli: readonly RecordedCli[];
  readonly log: readonly string[];
  /** Label of a snapshot and the output of `ipvsadm -L -n`. */
  readonly tables: ReadonlyMap<string, string>;
  /** Files that scripts wrote, by their name in /run/cap. */
  readonly kept: ReadonlyMap<string, string>;
  /** What each server received on each of its connections, in order. */
  readonly received: ReadonlyMap<string, readonly string[]>;
}

const at = (name: string, file: string): string => fixture('ldirectord', name, file);
const read = (name: string, file: string): string =>
  existsSync(at(name, file)) ? readFileSync(at(name, file), 'utf8') : '';
const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/** All recorded cases, by name. */
export const caseNames = (): readonly string[] =>
  readdirSync(fixture('ldirectord'))
    .filter((name) => existsSync(at(name, 'scenario.json')))
    .sort();

interface WireEvent {
  readonly server: string;
  readonly conn: number;
  readonly what: string;
  readonly data?: string;
}

const receivedIn = (text: string): ReadonlyMap<string, readonly string[]> => {
  const servers = new Map<string, Map<number, string>>();
  for (const line of lines(text)) {
    const { server, conn, what, data = '' } = JSON.parse(line) as WireEvent;
    const connections = servers.get(server) ?? new Map<number, string>();
    connections.set(conn, (connections.get(conn) ?? '') + (what === 'recv' ? data : ''));
    servers.set(server, connections);
  }
  return new Map([...servers].map(([server, connections]) => [server, [...connections.values()]]));
};

/** Servers whose first script was written down as it was at the end: what they said at the start is in the description. */
const FIRST_SCRIPTS: ReadonlyMap<string, Partial<ServerScript>> = new Map([
  ['udp-ops-dns d2', { zone: { 'www.example.test/A': ['198.51.100.7'] } }],
]);

const corrected = (scenario: Scenario): Scenario => ({
  ...scenario,
  servers: scenario.servers.map((script) => ({ ...script, ...FIRST_SCRIPTS.get(`${scenario.name} ${script.id}`) })),
});

export const loadCase = (name: string): RecordedCase => {
  const files = readdirSync(fixture('ldirectord', name));
  const config = files.find((file) => file.endsWith('.cf'));
  const tables = read(name, 'tables.txt')
    .split(/^## /m)
    .slice(1)
    .map((part): [string, string] => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end + 1)];
    });
  return {
    scenario: corrected(JSON.parse(read(name, 'scenario.json')) as Scenario),
    config: config === undefined ? '' : read(name, config),
    calls: lines(read(name, 'ipvsadm.jsonl')).map((line) => JSON.parse(line) as RecordedCall),
    cli: JSON.parse(read(name, 'cli.json') || '[]') as readonly RecordedCli[],
    log: lines(read(name, 'ldirectord.log')),
    tables: new Map(tables),
    kept: new Map(
      files
        .filter((file) => file.startsWith('kept-'))
        .map((file) => [file.slice('kept-'.length), read(name, file)] as const),
    ),
    received: receivedIn(read(name, 'wire.jsonl')),
  };
};
