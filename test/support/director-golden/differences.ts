/**
 * Where a replay or a differential run must not come to the genuine result, each with its reason (ldirectord reference 7)
 * and with the row of docs/differences.md that tells of it.
 */

/** In place of a row: the programs do the same, the recording caught them in another moment. */
export const NO_DIFFERENCE = 'no difference of the programs';

/** Log lines that only one side writes, in every case. */
export interface LineRule {
  readonly name: string;
  /** First column of a row in the ldirectord table of docs/differences.md. */
  readonly row: string;
  readonly side: 'genuine' | 'ours' | 'either';
  readonly pattern: RegExp;
}

export const LINE_RULES: readonly LineRule[] = [
  {
    name: 'every virtual is edited when a configuration is put into force',
    row: '`-E` at reload',
    side: 'either',
    pattern: /^Changed virtual server: /,
  },
  {
    name: 'why a real server is about to lose its place',
    row: 'the reason of an outage',
    side: 'ours',
    pattern: /^Check failed: /,
  },
  {
    name: 'a value that will not work',
    row: 'a doubtful value that genuine takes without a word',
    side: 'ours',
    pattern: /^Warning \[PID\] reading file /,
  },
  {
    name: 'a command that failed',
    row: '`ipvsadm` fails',
    side: 'either',
    pattern: /^system\(/,
  },
  {
    name: 'what -d shows',
    row: 'the output of `-d`',
    side: 'either',
    pattern: /^(DEBUG\d: |Running |Exiting with exit_status 0: )/,
  },
];

/** Cases that cannot be replayed yet, or not at all. */
export const EXCLUDED: ReadonlyMap<string, string> = new Map([
  ['seed001-www-timeout-directive', 'accepted here: an intended difference of the configuration'],
  ['seed001-www-timeout-removed', 'accepted here: an intended difference of the configuration'],
  ['seed004-unindented', 'accepted here: an intended difference of the configuration'],
]);

export interface TableDifference {
  readonly row: string | readonly string[];
  readonly why: string;
  /** Our table after a step (counted from 1), made of the genuine ones. */
  readonly table: (step: number, genuine: readonly (readonly string[])[]) => readonly string[];
}

const at = (tables: readonly (readonly string[])[], step: number): readonly string[] => tables[step - 1] ?? [];

/** Cases whose genuine tables show a bug that is mended here. */
export const TABLE_DIFFERENCES: ReadonlyMap<string, TableDifference> = new Map([
  [
    'external-check',
    {
      row: 'external check killed by a signal',
      why: 'reference 7 no. 15: a check killed by a signal counts as failed, not as successful',
      table: (step, genuine) => at(genuine, step === 3 ? 2 : step),
    },
  ],
  [
    'fork-yes',
    {
      row: 'fork=yes',
      why: 'one process, not three: none does again what another has done, and the one that stops knows how every real is',
      table: (step, genuine) => at(genuine, step),
    },
  ],
  [
    'fwm-global-fallback',
    {
      row: 'global `fallback` and firewall marks',
      why: 'reference 7 no. 13: a global fallback works for a firewall mark too',
      table: (step, genuine) => [...at(genuine, step), ...(step === 2 ? ['  -> 127.0.0.1:80 Route 1 x0 y0'] : [])],
    },
  ],
  [
    'port-mapping-gate',
    {
      row: 'gate or ipip real on another port, quiescent=yes',
      why: 'reference 7 no. 10: a quiescent real whose port the kernel maps comes back to its weight',
      table: (step, genuine) =>
        step === 2 ? at(genuine, step) : at(genuine, step).map((line) => line.replace('Route 0', 'Route 2')),
    },
  ],
  [
    'protocol-wire-bad',
    {
      row: ['pop, pops without `login`', 'imap, imaps: the port', 'dns without `receive`'],
      why: 'reference 7 no. 15: pop without login can fail, imap keeps to the port, dns without receive can succeed',
      table: (step, genuine) =>
        at(genuine, step).flatMap((line) => {
          if (/-> 192\.168\.0\.1:(111|144) /.test(line)) return [];
          return line.startsWith('TCP  10.0.0.3:54 ') ? [line, '  -> 192.168.0.1:54 Masq 1 x0 y0'] : [line];
        }),
    },
  ],
  [
    'reload-config-error',
    {
      row: 'a broken file at reload',
      why: 'reference 7 no. 5: checks keep their effect after a reload that failed',
      table: (step, genuine) => {
        if (step === 10) return [];
        return at(genuine, step).filter((line) => step < 4 || !line.includes(' 192.168.0.1:'));
      },
    },
  ],
  [
    'ping-check',
    {
      row: 'checks',
      why: 'reference 7 no. 1: genuine had not come to the second virtual, because a dead host held it up',
      table: (step, genuine) => [...at(genuine, step), ...(step === 1 ? ['  -> 192.168.0.2:5000 Masq 1 x0 y0'] : [])],
    },
  ],
  [
    'cli-matrix',
    {
      row: '`stop` with a broken file',
      why: 'reference 7 no. 4: stop works although the configuration is broken',
      table: (step, genuine) => (step >= 47 ? [] : at(genuine, step)),
    },
  ],
]);

export interface LogDifference {
  readonly row: string | readonly string[];
  readonly why: string;
  /** Lines left out on both sides. */
  readonly leftOut: RegExp;
}

/** Cases whose log is different for a reason. */
export const LOG_DIFFERENCES: ReadonlyMap<string, LogDifference> = new Map([
  [
    'cli-matrix',
    {
      row: '`stop` with a broken file',
      why: 'reference 7 no. 4: stop works although the configuration is broken, so the daemon ends earlier',
      leftOut:
        /^(Configuration file | - ignore |Stopping pid |Purged virtual server \(stop\)|Linux Director Daemon terminated)/,
    },
  ],
  [
    'cli-relative-config',
    {
      row: 'a relative path of the configuration',
      why: 'reference 7 no. 22: a relative path still means the same file after the daemon changed to /',
      leftOut: /can not open file my\.cf$/,
    },
  ],
  [
    'external-check',
    {
      row: 'a failure that lasts',
      why: 'a lasting failure is logged once, when it begins, and not in every round',
      leftOut: /^(Exiting with exit_status 127: exec|system_timeout)/,
    },
  ],
  [
    'external-perl-check',
    {
      row: 'a failure that lasts',
      why: 'a Perl check is a program of its own here, and its timeout is logged as that of one',
      leftOut: /^system_timeout/,
    },
  ],
  [
    'failurecount-shared-real',
    {
      row: 'failure counter of a shared real',
      why: 'reference 7 no. 9: each virtual counts the failures of a shared real for itself',
      leftOut: /^(Soft failure|Resetting soft failure count)/,
    },
  ],
  [
    'fork-yes',
    {
      row: 'fork=yes',
      why: 'fork=yes makes no processes here: all checks run at once anyway',
      leftOut: /^(Child not running|Spawned child|Killing child) /,
    },
  ],
  [
    'protocol-wire-bad',
    {
      row: 'a failure that lasts',
      why: 'a lasting failure is logged once, when it begins, and not in every round',
      leftOut: /^Error: Must specify a login and request string /,
    },
  ],
  [
    'reload-config-error',
    {
      row: 'a broken file at reload',
      why: 'reference 7 no. 4 and 5: status keeps the pid file, and the daemon stays in control; a message is one line',
      leftOut:
        /^("$|Configuration file | - ignore |Error \[PID\] reading|.* has errors: the running|Exiting |ldirectord for .* is running|Purged |Linux Director Daemon terminated)/,
    },
  ],
  [
    'reload-hup-changes',
    {
      row: NO_DIFFERENCE,
      why: 'the recording was slow enough for genuine to notice a changed file before it was told to reload',
      leftOut: /^(Configuration file | - ignore )/,
    },
  ],
  [
    'thresholds-range-local',
    {
      row: 'a real that is not in the table, at a stop',
      why: 'a real that the kernel refused is not in the table, so that it is not purged from it either',
      leftOut: /^Purged real server \(stop\): 192\.168\.0\.9:80 /,
    },
  ],
]);

/** Cases whose monitorfile is different for a reason: lines left out on both sides. */
export const MONITOR_DIFFERENCES: ReadonlyMap<string, LogDifference> = new Map([
  [
    'protocol-wire-bad',
    {
      row: [
        'pop, pops without `login`',
        'imap, imaps: the port',
        'dns without `receive`',
        'ldap, ldaps: a failed connection or bind',
      ],
      why: 'reference 7 no. 15: as in the table; and a failed connection or bind of ldap is one failure, not two',
      leftOut:
        /negotiate (pop tcp 192\.168\.0\.1 111|imap tcp 192\.168\.0\.1 144|dns tcp 192\.168\.0\.1 54) |1 39[01] .* No answer received$/,
    },
  ],
]);

/** Cases in which several daemons write table and log at the same time, so that the order between them is chance. */
export const SEVERAL_DAEMONS: ReadonlySet<string> = new Set(['execute-instances']);

/** Cases whose steps are watched as long as they were recorded, so that every kind of result comes up. */
export const LONG_CASES: ReadonlySet<string> = new Set(['monitorfile', 'protocol-wire-bad']);

/** Command lines (counted from 0 in their case) whose answer is different for a reason. */
export const CLI_DIFFERENCES: ReadonlyMap<
  string,
  { readonly row: string; readonly why: string; readonly calls: readonly number[] }
> = new Map([
  [
    'reload-config-error',
    {
      row: '`status` with a broken file',
      why: 'reference 7 no. 4: status with a broken file does not delete the pid file',
      calls: [2],
    },
  ],
]);
