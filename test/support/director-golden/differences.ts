/** Where the replay of a recorded case must not come to the genuine result, each with its reason (ldirectord reference 7). */

/** Cases that cannot be replayed yet, or not at all. */
export const EXCLUDED: ReadonlyMap<string, string> = new Map([
  ['email-smtp', 'emailalert and smtp are not acted on yet'],
  ['email-status-filter', 'emailalert is not acted on yet'],
  ['execute-instances', 'execute is not acted on yet'],
  ['fork-yes', 'fork=yes makes no processes here: all checks run at once anyway; the case kills one of them'],
  ['maintenancedir', 'maintenancedir is not acted on yet'],
  ['monitorfile', 'monitorfile is not acted on yet'],
  ['protocol-wire-bad', 'services other than http and https are not acted on yet'],
  ['protocol-wire-ok', 'services other than http and https are not acted on yet'],
  ['protocol-wire-tls-selfsigned', 'services other than http and https are not acted on yet'],
  ['protocol-wire-tls-trusted', 'services other than http and https are not acted on yet'],
  ['udp-ops-dns', 'service=dns is not acted on yet'],
  ['seed001-www-timeout-directive', 'accepted here: an intended difference of the configuration'],
  ['seed001-www-timeout-removed', 'accepted here: an intended difference of the configuration'],
  ['seed004-unindented', 'accepted here: an intended difference of the configuration'],
]);

export interface TableDifference {
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
      why: 'reference 7 no. 15: a check killed by a signal counts as failed, not as successful',
      table: (step, genuine) => at(genuine, step === 3 ? 2 : step),
    },
  ],
  [
    'fwm-global-fallback',
    {
      why: 'reference 7 no. 13: a global fallback works for a firewall mark too',
      table: (step, genuine) => [...at(genuine, step), ...(step === 2 ? ['  -> 127.0.0.1:80 Route 1 x0 y0'] : [])],
    },
  ],
  [
    'port-mapping-gate',
    {
      why: 'reference 7 no. 10: a quiescent real whose port the kernel maps comes back to its weight',
      table: (step, genuine) =>
        step === 2 ? at(genuine, step) : at(genuine, step).map((line) => line.replace('Route 0', 'Route 2')),
    },
  ],
  [
    'reload-config-error',
    {
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
      why: 'reference 7 no. 1: genuine had not come to the second virtual, because a dead host held it up',
      table: (step, genuine) => [...at(genuine, step), ...(step === 1 ? ['  -> 192.168.0.2:5000 Masq 1 x0 y0'] : [])],
    },
  ],
  [
    'cli-matrix',
    {
      why: 'reference 7 no. 4: stop works although the configuration is broken',
      table: (step, genuine) => (step >= 47 ? [] : at(genuine, step)),
    },
  ],
]);

export interface LogDifference {
  readonly why: string;
  /** Lines left out on both sides. */
  readonly leftOut: RegExp;
}

/** Cases whose log is different for a reason. */
export const LOG_DIFFERENCES: ReadonlyMap<string, LogDifference> = new Map([
  [
    'cli-matrix',
    {
      why: 'reference 7 no. 4: stop works although the configuration is broken, so the daemon ends earlier',
      leftOut:
        /^(Configuration file | - ignore |Stopping pid |Purged virtual server \(stop\)|Linux Director Daemon terminated)/,
    },
  ],
  [
    'cli-relative-config',
    {
      why: 'reference 7 no. 22: a relative path still means the same file after the daemon changed to /',
      leftOut: /can not open file my\.cf$/,
    },
  ],
  [
    'external-check',
    {
      why: 'a lasting failure is logged once, when it begins, and not in every round',
      leftOut: /^(Exiting with exit_status 127: exec|system_timeout)/,
    },
  ],
  [
    'external-perl-check',
    {
      why: 'a Perl check is a program of its own here, and its timeout is logged as that of one',
      leftOut: /^system_timeout/,
    },
  ],
  [
    'failurecount-shared-real',
    {
      why: 'reference 7 no. 9: each virtual counts the failures of a shared real for itself',
      leftOut: /^(Soft failure|Resetting soft failure count)/,
    },
  ],
  [
    'reload-config-error',
    {
      why: 'reference 7 no. 4 and 5: status keeps the pid file, and the daemon stays in control; a message is one line',
      leftOut:
        /^("$|Configuration file | - ignore |Error \[PID\] reading|.* has errors: the running|Exiting |ldirectord for .* is running|Purged |Linux Director Daemon terminated)/,
    },
  ],
  [
    'reload-hup-changes',
    {
      why: 'the recording was slow enough for genuine to notice a changed file before it was told to reload',
      leftOut: /^(Configuration file | - ignore )/,
    },
  ],
  [
    'thresholds-range-local',
    {
      why: 'a real that the kernel refused is not in the table, so that it is not purged from it either',
      leftOut: /^Purged real server \(stop\): 192\.168\.0\.9:80 /,
    },
  ],
]);

/** Command lines (counted from 0 in their case) whose answer is different for a reason. */
export const CLI_DIFFERENCES: ReadonlyMap<string, { readonly why: string; readonly calls: readonly number[] }> =
  new Map([
    [
      'reload-config-error',
      { why: 'reference 7 no. 4: status with a broken file does not delete the pid file', calls: [2] },
    ],
  ]);
