/**
 * The known bugs of ldirectord 4.12 (ldirectord reference 7), one by one: what is done about each, the row of
 * docs/differences.md that says so, and the tests that prove it.
 */

export interface KnownBug {
  /** As numbered in the reference; one number may be several bugs. */
  readonly number: number;
  readonly bug: string;
  /** `kept`: scripts, configurations or a genuine peer rely on it. */
  readonly decision: 'fixed' | 'kept';
  /** First column of its row in docs/differences.md. */
  readonly row: string;
  /** Test files (below test/) and the words of a test in them. */
  readonly proof: readonly (readonly [file: string, test: string])[];
}

const DAEMON = 'lab/ldirectord-daemon.test.ts';
const CLI = 'lab/ldirectord-cli.test.ts';
const RELOAD = 'lab/director-reload.test.ts';
const CRASH = 'lab/director-crash.test.ts';
const NAMES = 'lab/director-names.test.ts';
const FAILURES = 'lab/director-failures.test.ts';
const PLAN = 'ldirectord/plan.test.ts';
const GOLDEN = 'compat/ldirectord-golden.test.ts';
const PARSE = 'ldirectord/config/parse.test.ts';
const DIALOGUES = 'ldirectord/checks/dialogue/dialogues.test.ts';
const EXTERNAL = 'ldirectord/checks/external.test.ts';
const RECORDED: readonly [string, string] = [GOLDEN, 'settles at the same table after each step'];

export const KNOWN_BUGS: readonly KnownBug[] = [
  {
    number: 1,
    bug: 'checks run one after the other, so that a dead server delays everything',
    decision: 'fixed',
    row: 'checks',
    proof: [
      ['ldirectord/wiring/checker.test.ts', 'a silent server does not keep another waiting'],
      [DAEMON, 'a silent server delays neither the others nor TERM'],
      ['ldirectord/schedule.test.ts', 'a silent server skips its own beats and nobody else’s'],
    ],
  },
  {
    number: 2,
    bug: 'names are looked up by every command and reload, and everything waits',
    decision: 'fixed',
    row: 'host names',
    proof: [
      [NAMES, 'holds up no check: a real that dies meanwhile goes at once'],
      [NAMES, '%s does not wait for it'],
      ['lab/ldirectord-features.test.ts', 'maintenance: at once, by address and by name'],
    ],
  },
  {
    number: 2,
    bug: 'a name that does not resolve any more makes start and reload fail',
    decision: 'fixed',
    row: 'a host name that does not resolve any more',
    proof: [
      [NAMES, 'a reload keeps every address, changes nothing in the table, and says so'],
      [NAMES, 'a stop and a start come back to the last addresses'],
    ],
  },
  {
    number: 2,
    bug: 'a changed address is noticed only at a reload',
    decision: 'kept',
    row: 'a host name whose address changes',
    proof: [[NAMES, 'a changed address counts from the next reload on']],
  },
  {
    number: 3,
    bug: 'checks without a timeout hang the daemon for good',
    decision: 'fixed',
    row: 'checks',
    proof: [
      ['ldirectord/checks/deadline.test.ts', 'a check that never answers is a timeout'],
      ['ldirectord/checks/http/check.test.ts', 'one byte at a time, for ever'],
    ],
  },
  {
    number: 3,
    bug: 'a database server that hangs stops everything',
    decision: 'fixed',
    row: 'mysql, pgsql, oracle: a server that hangs',
    proof: [['ldirectord/checks/sql/check.test.ts', 'a server that says nothing, or one byte now and then']],
  },
  {
    number: 3,
    bug: 'a pop server whose answer to CAPA does not end hangs the daemon, TERM included',
    decision: 'fixed',
    row: 'pop: an answer to `CAPA` without end, imap: an answer with another tag',
    proof: [[DIALOGUES, 'pop: a CAPA answer without end is over at the deadline']],
  },
  {
    number: 4,
    bug: 'status with a broken file deletes the pid file of the running daemon',
    decision: 'fixed',
    row: '`status` with a broken file',
    proof: [
      [RELOAD, 'does not take the daemon from the hands of its admin'],
      [CLI, 'a daemon whose configuration got broken keeps its pid file and can be stopped'],
    ],
  },
  {
    number: 4,
    bug: 'stop is impossible while the file is broken or a name does not resolve',
    decision: 'fixed',
    row: '`stop` with a broken file',
    proof: [
      [CLI, 'a daemon whose configuration got broken keeps its pid file and can be stopped'],
      [NAMES, 'stop ends the daemon all the same'],
    ],
  },
  {
    number: 5,
    bug: 'a failed reload leaves default globals and disables the effect of all checks',
    decision: 'fixed',
    row: 'a broken file at reload',
    proof: [[RELOAD, 'leaves the running configuration in force, with one clear line'], RECORDED],
  },
  {
    number: 6,
    bug: 'any process with ldirectord in its command line counts as the daemon of a pid file',
    decision: 'kept',
    row: 'the process of a pid file',
    proof: [['ldirectord/wiring/pid-file.test.ts', 'any process whose command line has ldirectord in it counts']],
  },
  {
    number: 6,
    bug: 'the pid file is empty for a moment, and nothing keeps two starts apart',
    decision: 'fixed',
    row: 'several starts at once',
    proof: [
      ['ldirectord/wiring/pid-file.test.ts', 'a claimed file holds just the pid and is never seen half written'],
      [FAILURES, 'of several starts at once one daemon remains'],
    ],
  },
  {
    number: 6,
    bug: '`ldirectord start` and `ldirectord ldirectord.cf start` have different pid files, two files of one name have the same',
    decision: 'kept',
    row: 'the name of the pid file',
    proof: [[CLI, 'the pid file is named after the configuration as typed']],
  },
  {
    number: 7,
    bug: 'a failed ipvsadm is logged as success, without a reason, and never tried again',
    decision: 'fixed',
    row: '`ipvsadm` fails',
    proof: [
      [DAEMON, 'a change that ipvsadm refuses is logged once with its reason and made as soon as it can be made'],
      [FAILURES, 'fails: one line, tries again, catches up'],
    ],
  },
  {
    number: 7,
    bug: 'start succeeds although ipvsadm fails afterwards',
    decision: 'kept',
    row: '`start` and what comes later',
    proof: [[FAILURES, 'a start succeeds although ipvsadm fails, and the table follows when it can']],
  },
  {
    number: 8,
    bug: 'every real is added, removed and added again at start and reload, unchecked',
    decision: 'fixed',
    row: 'start, reload',
    proof: [
      [PLAN, 'a real enters once, after its good check; then the fallback leaves'],
      [CRASH, 'on the way no healthy server is taken out or set to weight 0'],
      ['ipvs/director.test.ts', 'killed and started again: the table is adopted'],
      [RELOAD, 'nothing when nothing changed: not one command'],
    ],
  },
  {
    number: 9,
    bug: 'failures of a server in two virtuals count twice',
    decision: 'fixed',
    row: 'failure counter of a shared real',
    proof: [[PLAN, 'failurecount counts for each virtual']],
  },
  {
    number: 9,
    bug: 'a server in two virtuals is checked with the timeouts and the login of the first',
    decision: 'fixed',
    row: 'a real that several virtuals check alike',
    proof: [['ldirectord/probe.test.ts', 'its outcome reaches all, each counts for itself']],
  },
  {
    number: 10,
    bug: 'a gate or ipip real on another port than its virtual stays quiescent for ever and is purged at each reload',
    decision: 'fixed',
    row: 'gate or ipip real on another port, quiescent=yes',
    proof: [
      [PLAN, 'quiescent: it comes back with its weight, where genuine is stuck at 0 for ever'],
      [PLAN, 'the table holds the virtual’s port for gate'],
    ],
  },
  {
    number: 11,
    bug: 'real servers that an admin changed in the table by hand are left alone until a transition or a reload',
    decision: 'kept',
    row: 'reals changed in the table by hand',
    proof: [
      [PLAN, 'what an admin has put in by hand stays until the reload'],
      [FAILURES, 'stays as they want it until a reload'],
    ],
  },
  {
    number: 11,
    bug: 'a virtual that somebody deleted from the table is gone until a reload',
    decision: 'fixed',
    row: 'a virtual that has vanished from the table',
    proof: [
      [DAEMON, 'a virtual that somebody has deleted comes back by itself'],
      [FAILURES, 'is rebuilt when a virtual has vanished'],
    ],
  },
  {
    number: 12,
    bug: 'quiescing resets the thresholds',
    decision: 'fixed',
    row: 'quiescing',
    proof: [['ldirectord/known-bugs.test.ts', 'a real that is quiesced keeps its thresholds']],
  },
  {
    number: 12,
    bug: 'a lower threshold without an upper one is refused by the kernel',
    decision: 'kept',
    row: 'a lower threshold without an upper one',
    proof: [
      [PARSE, '%s is accepted with a warning of ours'],
      [DAEMON, 'a change that ipvsadm refuses is logged once with its reason'],
    ],
  },
  {
    number: 13,
    bug: 'a global fallback does not work for firewall marks',
    decision: 'fixed',
    row: 'global `fallback` and firewall marks',
    proof: [[PARSE, 'the global fallback takes the port of each virtual, and serves firewall marks too'], RECORDED],
  },
  {
    number: 13,
    bug: 'a fallback that is also a real server is deleted when another comes up',
    decision: 'fixed',
    row: 'a fallback that is also a real server',
    proof: [[PLAN, 'a fallback that is also a real server is not deleted when another comes up']],
  },
  {
    number: 13,
    bug: 'a service name in a global fallback must exist for tcp and for udp',
    decision: 'kept',
    row: 'a service name in a global `fallback`',
    proof: [['ldirectord/known-bugs.test.ts', 'a service name in a global fallback must exist for tcp and udp']],
  },
  {
    number: 14,
    bug: 'checktype=off activates the fallback',
    decision: 'kept',
    row: '`checktype=off` with a fallback',
    proof: [RECORDED, ['ldirectord/known-bugs.test.ts', 'checktype=off: the fallback serves']],
  },
  {
    number: 15,
    bug: 'pop without a login never fails',
    decision: 'fixed',
    row: 'pop, pops without `login`',
    proof: [[DIALOGUES, 'pop without a login: the greeting decides, and no login is tried']],
  },
  {
    number: 15,
    bug: 'imap ignores the port',
    decision: 'fixed',
    row: 'imap, imaps: the port',
    proof: [[DIALOGUES, 'imap goes to the port of the real server, and a refused connection is told at once']],
  },
  {
    number: 15,
    bug: 'dns without receive always fails',
    decision: 'fixed',
    row: 'dns without `receive`',
    proof: [['ldirectord/checks/dns/check.test.ts', 'an empty receive takes any address or name']],
  },
  {
    number: 15,
    bug: 'an external check killed by a signal counts as good',
    decision: 'fixed',
    row: 'external check killed by a signal',
    proof: [[EXTERNAL, 'death by a signal is down (genuine takes it for success)']],
  },
  {
    number: 15,
    bug: 'ldap failures count double',
    decision: 'fixed',
    row: 'ldap, ldaps: a failed connection or bind',
    proof: [['ldirectord/checks/ldap/check.test.ts', 'down in the words of genuine, each with its reason']],
  },
  {
    number: 15,
    bug: 'ping never works for IPv6',
    decision: 'fixed',
    row: 'ping to IPv6',
    proof: [['lab/ldirectord-ping.test.ts', 'a thousand hosts that answer']],
  },
  {
    number: 15,
    bug: 'the Host header of http lacks the port',
    decision: 'kept',
    row: 'http: the Host header',
    proof: [['ldirectord/checks/http/url.test.ts', 'blanks are encoded, Host is the bare address']],
  },
  {
    number: 15,
    bug: 'https sends no SNI, and the chain is verified without a choice',
    decision: 'kept',
    row: 'https: certificates',
    proof: [
      ['ldirectord/checks/http/check.test.ts', 'with the issuer in the store any name is good, and no SNI is sent'],
      ['ldirectord/checks/http/check.test.ts', '[tls] verify: full asks for the name of the site as well'],
    ],
  },
  {
    number: 16,
    bug: 'the text of a wrong http answer may be a complete page, and goes into the monitorfile',
    decision: 'kept',
    row: 'http: the text of a wrong page',
    proof: [
      [GOLDEN, 'writes the same lines into the monitorfile'],
      ['ldirectord/messages.test.ts', 'a long page is cut, and nothing in it can start a line of its own'],
    ],
  },
  {
    number: 16,
    bug: 'http follows redirects to other hosts and judges those',
    decision: 'kept',
    row: 'http: redirects',
    proof: [['ldirectord/checks/http/check.test.ts', 'redirects are followed to other hosts and judged there']],
  },
  {
    number: 17,
    bug: 'the list of mail addresses is not split for SMTP',
    decision: 'fixed',
    row: '`emailalert` with several addresses and `smtp`',
    proof: [
      ['ldirectord/mail/recipients.test.ts', 'simple addresses come out as they went in'],
      ['lab/ldirectord-features.test.ts', 'a real server takes the mail for every recipient but the one it refuses'],
    ],
  },
  {
    number: 17,
    bug: 'mails have no Date',
    decision: 'fixed',
    row: 'mails through `smtp`',
    proof: [['ldirectord/mail/letter.test.ts', 'what an SMTP server gets is what genuine gave it, with a date']],
  },
  {
    number: 17,
    bug: 'SMTP holds up the checks',
    decision: 'fixed',
    row: 'a mail that cannot be sent',
    proof: [['lab/ldirectord-features.test.ts', 'a mail server that is silent holds up neither checks nor the end']],
  },
  {
    number: 17,
    bug: 'a mail for each step of the dance at the start',
    decision: 'fixed',
    row: 'mails at the start',
    proof: [[GOLDEN, 'sends the same mails']],
  },
  {
    number: 18,
    bug: 'commands go through a shell as one string',
    decision: 'fixed',
    row: 'command lines',
    proof: [
      ['ldirectord/shell-line.test.ts', 'property: what is split here, a real shell splits into the same words'],
      [GOLDEN, 'calls scripts with the same words'],
    ],
  },
  {
    number: 19,
    bug: 'zombies of timed-out external checks, and their children live on',
    decision: 'fixed',
    row: 'external check at its deadline',
    proof: [[EXTERNAL, 'what ignores SIGTERM is killed soon after, with all that it started in its process group']],
  },
  {
    number: 20,
    bug: 'a bad receive pattern kills the daemon',
    decision: 'fixed',
    row: 'a bad `receive` pattern',
    proof: [
      [PARSE, 'a place in a receive pattern'],
      ['ldirectord/config/perl-regex.test.ts', 'any pattern is translated or refused, never thrown'],
    ],
  },
  {
    number: 20,
    bug: 'a monitorfile that cannot be written kills the daemon',
    decision: 'fixed',
    row: 'a monitorfile that cannot be written',
    proof: [
      ['lab/ldirectord-features.test.ts', 'a monitorfile that cannot be written is said once, and the checks go on'],
    ],
  },
  {
    number: 20,
    bug: 'a missing module kills the daemon',
    decision: 'fixed',
    row: 'a missing database driver',
    proof: [['ldirectord/checks/driver.test.ts', 'one that is missing: L7EXEC, and a line that says what to do']],
  },
  {
    number: 21,
    bug: 'the table is read by skipping three lines, and some methods are guessed',
    decision: 'fixed',
    row: 'reading the table',
    proof: [['ipvs/kernel.test.ts', 'reads back what is there, large marks included']],
  },
  {
    number: 22,
    bug: 'a relative path of the configuration is lost when the daemon changes to /',
    decision: 'fixed',
    row: 'a relative path of the configuration',
    proof: [RECORDED],
  },
  {
    number: 23,
    bug: 'only the first mistake of a configuration is told',
    decision: 'fixed',
    row: 'mistakes in a configuration',
    proof: [
      [PARSE, 'all of them at once, the one that genuine stops at first'],
      [CLI, 'check: all findings with line, column and caret'],
    ],
  },
  {
    number: 24,
    bug: 'the ends of an address range are compared as strings',
    decision: 'kept',
    row: 'a range of addresses across a number of digits',
    proof: [[PARSE, '%s is accepted with a warning of ours']],
  },
  {
    number: 25,
    bug: 'stop returns before the daemon has ended, so that stop and start race',
    decision: 'kept',
    row: '`stop` does not wait',
    proof: [[CLI, 'cli-matrix: exit status and output of every command in every state']],
  },
];
