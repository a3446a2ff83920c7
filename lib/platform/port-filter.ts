/** Throws packets to ports away: a rule of iptables(8), as the genuine agents make it, or of nft(8) where that is missing. */
import { seconds } from '../time.js';
import { type ExecResult, findProgram, run } from './exec.js';

export interface BlockedPorts {
  readonly protocol: 'tcp' | 'udp';
  /** Numbers and ranges `from:to` between commas. */
  readonly ports: string;
}

export interface PortFilter {
  readonly isBlocked: () => Promise<boolean>;
  /** Both answer undefined when it is so afterwards, otherwise why not. */
  readonly block: () => Promise<string | undefined>;
  readonly unblock: () => Promise<string | undefined>;
}

type Call = (args: readonly string[], input?: string) => Promise<ExecResult>;

const callerOf =
  (program: string, signal: AbortSignal): Call =>
  (args, input) =>
    run(program, args, { timeout: seconds(20), signal, ...(input === undefined ? {} : { input }) });

const complaint = ({ code, stderr, startError }: ExecResult): string | undefined =>
  code === 0 ? undefined : stderr.trim().split('\n')[0] || (startError ?? `exit status ${code}`);

const iptablesFilter = (call: Call, { protocol, ports }: BlockedPorts): PortFilter => {
  const rule = ['-p', protocol, '-d', '0.0.0.0/0', '-m', 'multiport', '--dports', ports, '-j', 'DROP'];
  const change = async (action: '-C' | '-I' | '-D') => complaint(await call(['-w', action, 'INPUT', ...rule]));
  return {
    isBlocked: async () => (await change('-C')) === undefined,
    block: () => change('-I'),
    unblock: () => change('-D'),
  };
};

const TABLE = 'inet ha_portblock';

/** Each resource has a chain of its own, so that it can be found and taken away by its name. */
const nftFilter = (call: Call, { protocol, ports }: BlockedPorts): PortFilter => {
  const chain = `${TABLE} ${protocol}_${ports.replace(/,/g, '_').replace(/:/g, '-')}`;
  const apply = async (lines: readonly string[]) => complaint(await call(['-f', '-'], `${lines.join('\n')}\n`));
  return {
    isBlocked: async () => (await call(['list', 'chain', ...chain.split(' ')])).code === 0,
    block: () =>
      apply([
        `add table ${TABLE}`,
        `add chain ${chain} { type filter hook input priority -1; }`,
        `add rule ${chain} ${protocol} dport { ${ports.replace(/:/g, '-').replace(/,/g, ', ')} } drop`,
      ]),
    unblock: () => apply([`flush chain ${chain}`, `delete chain ${chain}`]),
  };
};

/** The filter for some ports; undefined when neither program is installed. */
export const portFilter = (blocked: BlockedPorts, signal: AbortSignal): PortFilter | undefined => {
  const iptables = findProgram('iptables');
  if (iptables !== undefined) return iptablesFilter(callerOf(iptables, signal), blocked);
  const nft = findProgram('nft');
  return nft === undefined ? undefined : nftFilter(callerOf(nft, signal), blocked);
};
