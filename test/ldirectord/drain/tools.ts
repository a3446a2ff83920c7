/** A machine that is only imagined: its ldirectord.cf, its maintenance directory, its table, its clock. */
import { runHa } from '../../../lib/ha/run-ha.js';
import { parseListing, parseLoads } from '../../../lib/ipvs/grammar/parse-listing.js';
import { plainFacts } from '../../../lib/ldirectord/config/facts.js';
import { parseDirectorConfig } from '../../../lib/ldirectord/config/parse.js';
import { drainCommand } from '../../../lib/ldirectord/drain/command.js';
import type { DeedName } from '../../../lib/ldirectord/drain/deeds.js';
import type { Daemon, DrainTools, Persistence } from '../../../lib/ldirectord/drain/tools.js';
import { OWN_FOLDER } from '../../../lib/ldirectord/maintenance.js';
import { millis } from '../../../lib/time.js';
import { paper, type Said, worldWith } from '../../support/ha.js';

export const CONFIG = `virtual=10.0.0.3:80
    real=web1:80 masq 5
    real=10.0.0.6:80 masq
virtual=10.0.0.3:443
    real=web1:443 masq 5
    persistent=600
virtual6=[fd00::3]:80
    real6=[fd00::5]:80 gate
`;

/** The table before and after the daemon has taken notice. */
const tableOf = (weight: number, active: number): string => `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.0.0.3:80 wrr
  -> 10.0.0.5:80                  Masq    ${weight}      ${active}          7
  -> 10.0.0.6:80                  Masq    1      900        0
TCP  10.0.0.3:443 wrr persistent 600
  -> 10.0.0.5:443                 Masq    ${weight}      0          0
`;

export const START = Date.UTC(2026, 10, 27, 20);

export interface Machine {
  config?: string;
  daemon?: Daemon;
  /** Weight and active connections of 10.0.0.5 second by second; the last goes on; a text: why they cannot be read. */
  loads?: readonly (readonly [number, number] | string)[];
  /** Of the maintenance directory; undefined: it is not there. */
  files?: Map<string, string> | undefined;
  /** What every change of it is answered with. */
  refusal?: string;
  isTerminal?: boolean;
  persistence?: Persistence;
  names?: Readonly<Record<string, readonly string[]>>;
  /** The person gives up after so many seconds. */
  patience?: number;
  /** What was asked of name servers. */
  asked?: string[];
  /** Folders that were made. */
  made?: string[];
}

const SUMMARIES: readonly DeedName[] = ['drain', 'undrain', 'disable', 'enable'];

/** Runs `ha WORDS` on that machine, whose files are changed. */
export const haOn = async (machine: Machine, ...words: readonly string[]): Promise<Said> => {
  let elapsed = 0;
  const enough = new AbortController();
  const looks = machine.loads ?? [[0, 0]];
  const at = (path: string): string => path.split('/').at(-1) ?? '';
  const refused = machine.refusal === undefined ? undefined : { problem: machine.refusal };
  const tools: DrainTools = {
    load: async (word) => {
      if (word === 'none.cf') return undefined;
      const path = word ?? '/etc/ha.d/ldirectord.cf';
      const hosts: Record<string, string> = { 'ipv4 web1': '10.0.0.5' };
      const facts = { ...plainFacts, host: (name: string, family: string) => hosts[`${family} ${name}`] };
      const { value, diagnostics } = parseDirectorConfig(machine.config ?? CONFIG, path, facts);
      return { path, config: value, diagnostics, names: new Map([['10.0.0.5', ['web1']]]) };
    },
    daemon: async () => machine.daemon ?? 'current',
    addressesOf: async (name) => {
      machine.asked?.push(name);
      return name === 'www5.example.test' ? ['10.0.0.5'] : [];
    },
    hostsOf: async (addresses) => {
      machine.asked?.push(...addresses);
      return new Map(addresses.map((address) => [address, machine.names?.[address] ?? []]));
    },
    port: (name) => ({ http: 80, https: 443 })[name],
    files: async () => machine.files,
    makeFolder: (folder) => {
      if (refused !== undefined) return refused;
      machine.made?.push(folder);
      machine.files = new Map();
      return undefined;
    },
    write: (path, text) => {
      if (refused !== undefined) return refused;
      machine.files?.set(at(path), text);
      return undefined;
    },
    remove: (path) => {
      if (refused !== undefined) return refused;
      machine.files?.delete(at(path));
      return undefined;
    },
    loads: async () => {
      const look = looks[Math.min(Math.floor(elapsed / 1000), looks.length - 1)] ?? '';
      if (typeof look === 'string') throw new Error(look);
      const text = tableOf(...look);
      expect(parseListing(text).services).toHaveLength(2);
      return parseLoads(text);
    },
    persistence: async () => machine.persistence ?? 'ended',
    user: () => 'alice',
    now: () => ({ mono: millis(5_000_000 + elapsed), wall: millis(START + elapsed) }),
    sleep: async (time) => {
      elapsed += Math.max(1, time);
      if (machine.patience !== undefined && elapsed >= machine.patience * 1000) enough.abort();
      if (elapsed > 1_000_000) throw new Error('nobody waits so long');
    },
    isTerminal: machine.isTerminal ?? false,
  };
  const commands = SUMMARIES.map((name) => ({ name, summary: '', load: async () => drainCommand(name, tools) }));
  const { written, print, complain } = paper();
  const world = worldWith({ print, complain, interrupted: enough.signal });
  const code = await runHa(words, 'ha-suite test', commands, world);
  return { ...written, code };
};

export { OWN_FOLDER };
