/** Why the findings of the parsers matter and what to do: they name the mistake, `ha check` also says what it leads to. */
import type { Diagnostic, Severity } from '../config/diagnostic.js';
import { inFileOrder } from '../config/source.js';

/** A finding with nothing left open. */
export interface Explained extends Diagnostic {
  readonly why: string;
  readonly fix: string;
}

interface Explanation {
  readonly why: string;
  readonly fix: string;
  /** Where the cluster suffers more than the program that reads the file. */
  readonly severity?: Severity;
}

/** The daemon starts all the same and only warns; but what the line is there for does not work. */
const NOT_STARTED: Pick<Explanation, 'why' | 'severity'> = {
  why: 'the resource cannot be started, and heartbeat gives up the whole group.',
  severity: 'error',
};

const DEAF = 'the nodes do not hear each other: each takes the other for dead, and both serve the same addresses.';

/** For the mistakes that are made most, and those whose consequence is not the usual one. */
export const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  'ha.cf/missing': {
    why: 'heartbeat does not start: this node takes nothing over.',
    fix: 'copy ha.cf from the other node, or see the example in ha.cf(5).',
  },
  'ha.cf/not-a-member': {
    why: 'heartbeat does not start on a machine whose name is not among the nodes.',
    fix: 'write node and what uname -n says, on both nodes; or one line with the right name into nodeinfo.',
  },
  'ha.cf/no-nodes': {
    why: 'heartbeat does not start: it does not know who belongs to the cluster.',
    fix: 'add node lines with what uname -n says on each node.',
  },
  'ha.cf/node-twice': {
    why: 'the second line does nothing; often another name was meant.',
    fix: 'remove it, or write the name of the other node.',
  },
  'ha.cf/deadtime-too-small': {
    why: 'one lost packet and a node is taken for dead; heartbeat refuses to start like that.',
    fix: 'deadtime at least three times keepalive.',
  },
  'ha.cf/deadping-too-small': {
    why: 'one lost packet and a ping node is taken for dead; heartbeat refuses to start like that.',
    fix: 'deadping at least three times keepalive, or leave it out: then it is deadtime.',
  },
  'ha.cf/initdead-too-small': {
    why: 'a node that boots would take everything before it has heard the other one; heartbeat refuses to start like that.',
    fix: 'initdead at least twice deadtime, or leave it out.',
  },
  'ha.cf/initdead-small': {
    why: 'a switch that learns a new port takes longer: the node then takes everything although the other one serves it.',
    fix: 'initdead 30, or leave it out.',
  },
  'ha.cf/no-media': { why: DEAF, fix: 'add bcast, mcast, ucast or serial lines, better two than one.' },
  'ha.cf/no-such-interface': {
    why: 'nothing is sent on this path, and heartbeat may refuse to start.',
    fix: 'write an interface that ip link shows.',
  },
  'ha.cf/unknown-host': {
    why: 'the address is only looked up once, at the start: this path or ping node is then not there.',
    fix: 'write the address itself, or the name into /etc/hosts.',
  },
  'ha.cf/bad-respawn': {
    why: 'heartbeat does not start when a program of its file is not there.',
    fix: 'install the program, correct its path, or remove the line.',
  },
  'ha.cf/bad-failfast': {
    why: 'heartbeat does not start when a program of its file is not there.',
    fix: 'install the program, correct its path, or remove the line.',
  },
  'ha.cf/legacy': {
    why: 'standby, takeover by hand, ipfail and monitors do not work in that mode.',
    fix: 'auto_failback on (groups go home) or off (they stay), the same on both nodes.',
  },
  'ha.cf/nice-failback': {
    why: 'its argument does not count, so that on and off mean the same.',
    fix: 'auto_failback on or off, the same on both nodes.',
  },
  'ha.cf/monitors-in-legacy': {
    why: 'a failed service stays where it is.',
    fix: 'auto_failback on or off, the same on both nodes.',
  },
  'ha.cf/no-log': {
    why: 'what happened in a failover can only be told from the log.',
    fix: 'logfacility local0, or logfile /var/log/ha-log.',
  },
  'ha.cf/no-log-folder': {
    why: 'what happened in a failover can only be told from the log.',
    fix: 'make the folder, or name another file.',
  },
  'authkeys/missing': {
    why: 'heartbeat does not start: it signs every message.',
    fix: 'copy authkeys from the other node, mode 600.',
  },
  'authkeys/permissions': {
    why: 'whoever knows the key can take the addresses away; heartbeat refuses to start like that.',
    fix: 'chown root and chmod 600, and a new key where strangers had accounts.',
  },
  'haresources/missing': {
    why: 'heartbeat does not start: it does not know what to serve.',
    fix: 'copy haresources from the other node.',
  },
  'haresources/unknown-node': {
    why: 'heartbeat does not start: it does not know where the group is at home.',
    fix: 'write the name as in ha.cf, which is what uname -n says there.',
  },
  'haresources/no-script': { ...NOT_STARTED, fix: 'write the agent as it is called in resource.d, or install it.' },
  'haresources/no-address': { ...NOT_STARTED, fix: 'add the address, as in IPaddr2::192.168.0.100/24/eth0.' },
  'haresources/bad-address': { ...NOT_STARTED, fix: 'write an address, as in IPaddr2::192.168.0.100/24/eth0.' },
  'haresources/bad-mask': { ...NOT_STARTED, fix: 'write a number of bits, as in IPaddr2::192.168.0.100/24/eth0.' },
  'haresources/bad-broadcast': { ...NOT_STARTED, fix: 'write a broadcast address, or leave it out.' },
  'haresources/no-interface': { ...NOT_STARTED, fix: 'write an interface that ip link shows, or leave it out.' },
  'haresources/missing-argument': { ...NOT_STARTED, fix: 'add what is missing; ha-agents(7) lists the arguments.' },
  'haresources/key-twice': {
    why: 'a request for one of the groups moves the other, or none.',
    fix: 'begin each line with another resource, best with its address.',
  },
  'haresources/empty-group': {
    why: 'the line does nothing; often its continuation was cut off.',
    fix: 'add resources, or remove the line.',
  },
  'ha-suite.ini/writable': {
    why: 'monitors run as root whatever the file names.',
    fix: 'chown root ha-suite.ini; chmod 644 ha-suite.ini',
  },
  'ldirectord.cf/real-twice': {
    why: 'the kernel keeps one entry for each address and port: the weight of one of the two is lost.',
    fix: 'remove one of the lines, or correct its port.',
  },
  'ldirectord.cf/receive': {
    why: 'no page ever matches, so that every real server stays out of the table.',
    fix: 'put a backslash before each character that is meant as it stands.',
  },
  'ldirectord.cf/engine': {
    why: 'clients of this virtual reach one server fewer, or none.',
    fix: 'install ipvsadm and the kernel module ip_vs, or use masq.',
  },
  'ldirectord.cf/scheduler': {
    why: 'the kernel refuses the whole service, and clients get no answer.',
    fix: 'wlc, wrr or another scheduler of ipvsadm(8).',
  },
  'ldirectord.cf/unindented': {
    why: 'the genuine ldirectord refuses the file: going back, and a node that still runs it, would serve nothing.',
    fix: 'indent the directives of each virtual by four blanks.',
  },
};

const FILE_PAGES: Readonly<Record<string, string>> = {
  'ha.cf': 'ha.cf(5)',
  authkeys: 'authkeys(5)',
  haresources: 'haresources(5)',
  'ha-suite.ini': 'ha-suite.ini(5)',
  'ldirectord.cf': 'ldirectord.cf(5)',
};

/** For everything else: what an error or a warning of the file means for its program. */
const inGeneral = ({ code, severity }: Diagnostic): Explanation => {
  const file = code.split('/')[0] ?? '';
  const program = file === 'ldirectord.cf' ? 'ldirectord' : 'heartbeat';
  return {
    why:
      severity === 'error'
        ? `${program} does not start with this: the node cannot take over.`
        : `${program} starts, and this does not do what it seems to.`,
    fix: `correct it as the message says; ${FILE_PAGES[file] ?? 'the manual'} has the form and an example.`,
  };
};

/** The finding with its reason and its remedy. */
export const explain = (diagnostic: Diagnostic): Explained => {
  const { why, fix, severity } = EXPLANATIONS[diagnostic.code] ?? inGeneral(diagnostic);
  return {
    ...diagnostic,
    severity: severity ?? diagnostic.severity,
    why: diagnostic.why ?? why,
    fix: diagnostic.fix ?? fix,
  };
};

/** All findings explained, file by file: those of `files` first, in that order. */
export const inOrder = (diagnostics: readonly Diagnostic[], files: readonly string[]): readonly Explained[] => {
  const order = [...new Set([...files, ...diagnostics.map(({ at }) => at.file)])];
  const rank = new Map(order.map((file, index) => [file, index]));
  return inFileOrder(diagnostics)
    .toSorted((one, other) => (rank.get(one.at.file) ?? 0) - (rank.get(other.at.file) ?? 0))
    .map(explain);
};
