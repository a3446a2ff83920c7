/** What ha_propagate does: which files go to which nodes, by which commands. */

export interface PropagationFacts {
  /** `node` lines of ha.cf, in order. */
  readonly nodes: readonly string[];
  /** `uname -n`. */
  readonly self: string;
  /** Those of the cluster's files that are here. */
  readonly files: readonly string[];
  /** Absolute paths of the programs that are installed. */
  readonly programs: Readonly<Partial<Record<'scp' | 'ssh' | 'chkconfig' | 'systemctl', string>>>;
  /** Whether heartbeat is started at boot here; undefined: the system cannot say. */
  readonly startsAtBoot: boolean | undefined;
}

export interface PropagationStep {
  readonly text: string;
  /** Program and arguments. */
  readonly argv: readonly string[];
}

const FOLDER = '/etc/ha.d/';

/** The command that makes the other node start heartbeat at boot, or not, like this one. */
const startCommand = ({ programs, startsAtBoot }: PropagationFacts): readonly string[] | undefined => {
  if (startsAtBoot === undefined) return undefined;
  if (programs.systemctl !== undefined) return ['systemctl', startsAtBoot ? 'enable' : 'disable', 'heartbeat'];
  return programs.chkconfig === undefined ? undefined : ['chkconfig', 'heartbeat', startsAtBoot ? 'on' : 'off'];
};

/** The steps for all other nodes, or why there can be none. */
export const propagationSteps = (facts: PropagationFacts): readonly PropagationStep[] | string => {
  const { nodes, self, files, programs } = facts;
  const needed = [`${FOLDER}ha.cf`, `${FOLDER}authkeys`];
  if (!needed.every((file) => files.includes(file))) return 'HA Linux not configured on this node.  Can not propagate.';
  const { scp, ssh } = programs;
  if (scp === undefined || ssh === undefined) return 'scp and ssh (openssh-client) are not installed.';
  const start = startCommand(facts);
  return nodes
    .filter((node) => node.toLowerCase() !== self.toLowerCase())
    .flatMap((node) => [
      {
        text: `Propagating HA configuration files to node ${node}.`,
        argv: [scp, '-p', '--', ...files, `root@${node}:${FOLDER}`],
      },
      ...(start === undefined
        ? []
        : [{ text: `Setting HA startup configuration on node ${node}.`, argv: [ssh, '--', `root@${node}`, ...start] }]),
    ]);
};

/** The names behind every `node` of ha.cf. */
export const nodesIn = (haCf: string): readonly string[] =>
  haCf
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
    .flatMap(([directive, ...names]) => (directive === 'node' ? names : []));
