/** The directives of ha.cf with rules of their own (heartbeat reference 2.2). */
import type { Word } from '../../config/source.js';
import { suggest } from '../../config/suggest.js';
import type { Context } from './draft.js';
import { bad, boolean, words } from './kinds.js';
import { logged, raw } from './start-line.js';
import { leadingNumber, parseBoolean, parseNumber } from './values.js';

/** Genuine takes the leading digits of a word; so do we, but we say it. */
const onlyDigits = (context: Context, word: Word, number: number): number => {
  if (String(number) !== word.value.replace(/^0+(?=\d)/, ''))
    context.warn(word, { code: 'ha.cf/odd-number', message: `this is read as the number ${number}` });
  return number;
};

export const hopfudge = words((context, word) => {
  const value = leadingNumber(word.value);
  if (value < 0 || value > 255) bad(context, word, 'must be a number from 0 to 255');
  else context.draft.set.hopfudge = onlyDigits(context, word, value);
});

export const udpport = words((context, word) => {
  const port = leadingNumber(word.value);
  if (port < 1 || port > 65535) {
    const message = 'a port is a number from 1 to 65535';
    // Genuine lets a port beyond 65535 pass and uses another one.
    if (port > 65535) return context.refuse(word, { code: 'ha.cf/bad-udpport', message });
    return bad(context, word, message, { genuine: raw(`heartbeat: invalid port [${word.value}] specified.\n`) });
  }
  const owner = [...context.env.udpServices].find(([name, number]) => number === port && name !== 'ha-cluster')?.[0];
  if (owner !== undefined && context.env.udpServices.get('ha-cluster') !== port)
    context.warn(word, {
      code: 'ha.cf/reserved-port',
      message: `udp port ${port} belongs to the service ${owner}`,
      genuine: logged('WARN', `heartbeat: udp port ${word.value} reserved for service "${owner}".`),
    });
  // Genuine prints this even in the right place (heartbeat reference 2.2); we only when it is true.
  if (context.draft.media.some(({ value }) => 'port' in value && !value.kind.startsWith('mcast')))
    context.warn(word, {
      code: 'ha.cf/udpport-after-media',
      message: 'udpport only applies to the bcast and ucast lines after it',
      genuine: raw('heartbeat: udpport setting must precede media statements'),
    });
  context.draft.set.udpPort = onlyDigits(context, word, port);
});

const BAUD = [9600, 19200, 38400, 57600, 115200, 230400, 460800];

export const baud = words((context, word) => {
  if (context.draft.baud !== undefined)
    return bad(context, word, 'baud may be given once only', {
      genuine: raw('heartbeat: Baudrate multiply specified.\n'),
    });
  const value = parseNumber(word.value);
  context.draft.baud = value ?? 0;
  if (value === undefined || !BAUD.includes(value))
    return bad(context, word, `must be one of: ${BAUD.join(', ')}`, {
      genuine: raw(`heartbeat: invalid baudrate [${word.value}] specified.\n`),
    });
  if (context.draft.media.some((medium) => medium.value.kind === 'serial'))
    context.warn(word, {
      code: 'ha.cf/baud-after-media',
      message: 'baud only applies to the serial lines after it',
      genuine: raw('heartbeat: baudrate setting must precede media statements'),
    });
});

export const autoFailback = words((context, word) => {
  const wanted = parseBoolean(word.value);
  if (wanted === undefined && word.value.toLowerCase() !== 'legacy') {
    const suggestion = suggest(word.value, ['on', 'off', 'legacy']);
    return bad(context, word, 'must be on, off or legacy', { suggestion });
  }
  context.draft.set.autoFailback = wanted === undefined ? 'legacy' : wanted ? 'on' : 'off';
});

/**
 * Genuine ignores whether the argument says on or off: after `auto_failback on|off` the word means off, otherwise legacy.
 * A genuine peer with the same file acts like that, so we must too (heartbeat reference 2.2).
 */
export const niceFailback = words((context, word) => {
  const obsolete = 'nice_failback flag is obsolete.. Use auto_failback {on, off, legacy} instead.';
  const end = 'See documentation for details.';
  if (parseBoolean(word.value) === undefined)
    return bad(context, word, 'nice_failback is obsolete: use auto_failback on, off or legacy', {
      genuine: logged('ERROR', obsolete, end),
    });
  const { set } = context.draft;
  const modern = set.autoFailback === 'on' || set.autoFailback === 'off';
  set.autoFailback = modern ? 'off' : 'legacy';
  const meaning = modern
    ? [`'nice_failback ${word.value}' has been changed to 'auto_failback off'`]
    : [
        `nice_failback ${word.value} has been strictly interpreted as 'auto_failback legacy'`,
        "Consider converting to 'auto_failback on'.",
        'When you do, then you can use ipfail, and hb_standby',
      ];
  return context.warn(word, {
    code: 'ha.cf/nice-failback',
    message: `nice_failback is obsolete and means auto_failback ${set.autoFailback} here, whatever its argument; write that instead`,
    genuine: logged('ERROR', obsolete, ...meaning, end),
  });
});

const LOGD_OFF = logged('WARN', 'Logging daemon is disabled --enabling logging daemon is recommended');

export const useLogd = boolean(
  (context, value) => {
    context.draft.set.useLogd = value;
    context.say(
      value
        ? [
            ...logged('info', 'Enabling logging daemon '),
            ...logged('WARN', 'Initializing connection to logging daemon failed. Logging daemon may not be running'),
            ...logged('info', 'logfile and debug file are those specified in logd config file (default /etc/logd.cf)'),
          ]
        : LOGD_OFF,
    );
  },
  () => LOGD_OFF,
);

export const watchdog = words((context, word) => {
  if (context.draft.set.watchdog !== undefined)
    return bad(context, word, 'watchdog may be given once only', {
      genuine: raw('heartbeat: Watchdog device multiply specified.\n'),
    });
  context.draft.set.watchdog = word.value;
});

export const env = words((context, word) => {
  const equals = word.value.indexOf('=');
  if (equals === 0)
    return bad(context, word, 'the name of the variable is missing', {
      genuine: logged('ERROR', `set_env: invalid nvpair(${word.value})`),
    });
  const name = equals < 0 ? word.value : word.value.slice(0, equals);
  // Genuine exports whatever stands there; a name that no shell can read is of no use to a script.
  if (!/^[A-Za-z0-9_]+$/.test(name))
    context.warn(word, { code: 'ha.cf/odd-env', message: `scripts cannot read a variable called HA_${name}` });
  context.draft.environment[name] = equals < 0 ? '' : word.value.slice(equals + 1);
});

export const pacemaker = words((context, word) => {
  if (context.draft.parameters.pacemaker !== undefined)
    return bad(context, word, 'pacemaker (or crm) may be given once only', {
      genuine: logged('ERROR', 'pacemaker/crm directive used multiple times!'),
    });
  context.draft.parameters.pacemaker = word.value;
  context.say(logged('info', `Pacemaker support: ${word.value}`));
  // Out of scope for ever: the suite replaces haresources clusters (heartbeat reference 2.2).
  if (parseBoolean(word.value) !== false)
    context.refuse(word, {
      code: 'ha.cf/pacemaker',
      message: 'Pacemaker clusters are not supported, only haresources; how Pacemaker uses our agents: ha-agents(7)',
    });
});

export const node = words((context, word) => {
  const name = word.value.toLowerCase();
  const { nodes } = context.draft;
  if (name.length > 99) return bad(context, word, 'a node name has at most 99 characters');
  const twin = nodes.find(({ value }) => value === name);
  if (twin !== undefined)
    return context.warn(word, {
      code: 'ha.cf/node-twice',
      message: `node ${name} stands already in line ${twin.at.line}`,
    });
  nodes.push({ value: name, at: word.at });
});
