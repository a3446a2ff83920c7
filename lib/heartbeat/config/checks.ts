/** The checks of ha.cf as a whole, in the genuine order (heartbeat reference 2.3, steps 2 to 14). */
import type { Diagnostic } from '../../config/diagnostic.js';
import { diagnosticAt, diagnosticOfFile, type Source } from '../../config/source.js';
import { suggest } from '../../config/suggest.js';
import { coreDumpLines } from './core-dumps.js';
import type { Draft, Report, Said } from './draft.js';
import type { Environment } from './environment.js';
import { MEDIA } from './media.js';
import type { HaConfig } from './model.js';
import { genuineText, logged, type StartLine } from './start-line.js';

/** Says it under the last of the named directives that the file has, or about the file as a whole. */
type Say = (severity: Diagnostic['severity'], directives: readonly string[], said: Said) => void;

const timing = (say: Say, draft: Draft, config: HaConfig): void => {
  const { keepalive, deadtime, initdead, deadping } = config;
  const sound = (...directives: readonly string[]): boolean => directives.every((name) => !draft.broken.has(name));
  if (sound('deadtime', 'keepalive') && deadtime <= 2 * keepalive)
    say('error', ['deadtime', 'keepalive'], {
      code: 'ha.cf/deadtime-too-small',
      message: `deadtime (${deadtime} ms) must be more than twice keepalive (${keepalive} ms)`,
      genuine: logged('ERROR', `Dead time [${deadtime}] is too small compared to keeplive [${keepalive}]`),
    });
  if (sound('initdead', 'deadtime') && initdead < deadtime)
    say('error', ['initdead'], {
      code: 'ha.cf/initdead-too-small',
      message: `initdead (${initdead} ms) must not be smaller than deadtime (${deadtime} ms)`,
      genuine: logged('ERROR', `Initial dead time [${initdead}] is smaller than deadtime [${deadtime}]`),
    });
  else if (sound('initdead', 'deadtime') && initdead < 10_000)
    say('warning', ['initdead'], {
      code: 'ha.cf/initdead-small',
      message: `initdead (${initdead} ms) should be at least 10 s: networks start slowly`,
      genuine: [
        ...logged('WARN', `Initial dead time [${initdead} ms] may be too small!`),
        ...logged('info', 'Initial dead time accounts for slow network startup time'),
        ...logged('info', 'It should be >= deadtime and >= 10 seconds'),
      ],
    });
  if (draft.set.deadping !== undefined && sound('deadping', 'keepalive') && deadping <= 2 * keepalive)
    say('error', ['deadping'], {
      code: 'ha.cf/deadping-too-small',
      message: `deadping (${deadping} ms) must be more than twice keepalive (${keepalive} ms)`,
      genuine: logged('ERROR', `Ping dead time [${deadping}] is too small compared to keeplive [${keepalive}]`),
    });
};

const ABOUT_NODES = logged(
  'info',
  "By default, cluster nodes are named by `uname -n` and must be declared with a 'node' directive in the ha.cf file.",
  'See also: http://linux-ha.org/wiki/Ha.cf#node_directive',
);

const media = (say: Say, draft: Draft, config: HaConfig): void => {
  const mediumTried = Object.keys(MEDIA).some((name) => draft.broken.has(name));
  if (config.media.length === 0 && !mediumTried)
    say('error', [], {
      code: 'ha.cf/no-media',
      message: 'no communication path is defined: add a bcast, mcast or ucast line',
      genuine: logged('ERROR', 'No heartbeat media defined'),
    });
};

const nodes = (say: Say, lines: StartLine[], draft: Draft, config: HaConfig, env: Environment): void => {
  const names = config.nodes.map(({ value }) => value);
  const self = env.nodeName;
  // With autojoin any a node adds itself; that is refused further down for another reason.
  if (draft.parameters.autojoin === 'any' && !names.includes(self)) {
    lines.push(...logged('notice', `Current node [${self}] added to configuration.`));
    return;
  }
  if (draft.broken.has('node')) return;
  if (names.length === 0)
    say('error', [], {
      code: 'ha.cf/no-nodes',
      message: 'no cluster node is defined: add node lines with the names that uname -n gives',
      genuine: logged('ERROR', 'no nodes defined'),
    });
  if (!names.includes(self))
    say('error', names.length === 0 ? [] : ['node'], {
      code: 'ha.cf/not-a-member',
      message: `this machine is called ${self} and is not among the nodes`,
      suggestion: suggest(self, names),
      genuine: [...logged('ERROR', `Current node [${self}] not in configuration!`), ...ABOUT_NODES],
    });
};

const LOGD_OFF = logged('WARN', 'Logging daemon is disabled --enabling logging daemon is recommended');
const LOGD_FAILED = logged(
  'WARN',
  'Initializing connection to logging daemon failed. Logging daemon may not be running',
);

/** Step 13: where messages go. */
const logging = (say: Say, lines: StartLine[], draft: Draft): void => {
  const { logfile, debugfile, logfacility, useLogd } = draft.set;
  const somewhere = logfile !== undefined || debugfile !== undefined || logfacility !== undefined;
  if (somewhere && useLogd === true) {
    const facility = logfacility === undefined ? '' : '/logfacility';
    lines.push(...logged('WARN', `logd is enabled but logfile/debugfile${facility} is still configured in ha.cf`));
  } else if (somewhere) {
    lines.push(...LOGD_OFF);
  } else if (useLogd === undefined) {
    lines.push(
      ...logged('info', 'No log entry found in ha.cf -- use logd'),
      ...LOGD_FAILED,
      ...logged('info', 'Enabling logging daemon '),
      ...logged('info', 'logfile and debug file are those specified in logd config file (default /etc/logd.cf)'),
    );
    say('warning', [], {
      code: 'ha.cf/no-log',
      message: 'neither logfile nor debugfile nor logfacility is set: messages go to syslog',
    });
  } else if (!useLogd) {
    say('error', ['use_logd'], {
      code: 'ha.cf/no-log',
      message: 'use_logd is off, so one of logfile, debugfile and logfacility must be set',
      genuine: [...logged('ERROR', 'No log entry found in ha.cf and use_logd is set to off'), ...LOGD_FAILED],
    });
  }
};

/** Appends what the checks find, and what genuine prints meanwhile, to `report`. */
export const checkConfig = (source: Source, draft: Draft, config: HaConfig, env: Environment, report: Report): void => {
  const say: Say = (severity, directives, said) => {
    const { genuine = [], ...finding } = said;
    const under = directives.map((name) => draft.seen.get(name)).find((word) => word !== undefined);
    const whole = { ...finding, genuine: genuineText(genuine) };
    report.lines.push(...genuine);
    report.diagnostics.push(
      under === undefined
        ? diagnosticOfFile(source.file, severity, whole)
        : diagnosticAt(source, severity, under, whole),
    );
  };
  if (!draft.seen.has('coredumps')) report.lines.push(...coreDumpLines(env));
  if (!draft.seen.has('pacemaker') && !draft.seen.has('crm'))
    report.lines.push(...logged('info', 'Pacemaker support: false'));
  media(say, draft, config);
  nodes(say, report.lines, draft, config, env);
  timing(say, draft, config);
  if (config.autoFailback === 'legacy')
    say('warning', ['auto_failback', 'nice_failback'], {
      code: 'ha.cf/legacy',
      message: "auto_failback is 'legacy' (the default); write auto_failback on or off",
      genuine: logged(
        'WARN',
        "Deprecated 'legacy' auto_failback option selected.",
        "Please convert to 'auto_failback on'.",
        'See documentation for conversion details.',
      ),
    });
  logging(say, report.lines, draft);
  const joining = draft.parameters.autojoin;
  if (joining !== undefined && joining !== 'none' && !draft.broken.has('autojoin'))
    say('error', ['autojoin'], {
      code: 'ha.cf/autojoin',
      message: 'nodes cannot join by themselves in a haresources cluster: write autojoin none',
      genuine: logged(
        'ERROR',
        'R1 style resource management conflicts with  autojoin set',
        'You need either unset autojoin or enable crm',
      ),
    });
};
