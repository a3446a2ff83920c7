/** The rows of the heartbeat table of docs/differences.md, and where each is proven: a file below test/ and words of a test in it. */
import { join } from 'node:path';

export interface Proof {
  /** First column of the row. */
  readonly row: string;
  readonly proof: readonly (readonly [file: string, words: string])[];
}

const rows = (
  folder: string,
  list: readonly (readonly [row: string, file: string, words: string])[],
): readonly Proof[] => list.map(([row, file, words]) => ({ row, proof: [[join(folder, `${file}.test.ts`), words]] }));

export const PROOFS: readonly Proof[] = [
  ...rows('heartbeat/wire', [
    ['a key index in `authkeys`', 'packet', 'a signature is checked with the key of its own index, strictly'],
    [
      'a malformed packet',
      'packet',
      'an unsigned field without type, which aborts the genuine daemon, is refused before',
    ],
    ['a compressed message that unpacks to more than 2 MiB', 'compressed', 'a bomb is refused'],
  ]),
  ...rows('heartbeat/cluster', [
    ['what a node knows of the other one', 'told', 'a genuine node never gets one'],
    [
      'recorded packets, sent again after this node has restarted',
      'memory',
      'what was heard before the start is refused',
    ],
    [
      'a peer whose generation went back (`hb_generation` lost while the clock was wrong, a disk set back, `hbgenmethod time`)',
      'attackers',
      'a peer whose generation went back is let in, and recordings of its higher one do not lock it out',
    ],
    [
      'recorded acknowledgements, resend requests and ping answers',
      'refusals',
      'a refused acknowledgement of another life frees nothing',
    ],
    ['giving up groups after a partition', 'proof', 'groups are given up only for a peer that has proved to live'],
    [
      "acknowledgements of one's own packets",
      'links',
      'our own packets that come back are not acknowledged, whatever their numbers',
    ],
    ['requests for lost packets', 'retransmission', 'a gap is asked for in decimal, in one request'],
    [
      '`Message hist queue is filling up`',
      'flowcontrol',
      'two complaints, not one per packet, and an end when it acknowledges',
    ],
    ['a node added with `hb_addnode` that never comes', 'membership', 'a node is added, and its death moves nothing'],
    ["nodes that the peer's list lacks and `ha.cf` names", 'communication', 'one that only ha.cf names stays'],
    ['two machines with a copied `hb_uuid`', 'uuids', 'a copied disk is named, with what to do about it, once'],
    [
      'another machine with our node name',
      'uuids',
      'somebody with our name and another uuid is told, and not believed',
    ],
    ['healed partition, both ours', 'conflict', 'with failback each keeps its own'],
    ['healed partition, genuine peer', 'mixed', 'healed partition: the genuine one restarts, ours serves all the time'],
    ['both start', 'kin', 'both start: nobody waits for ten seconds'],
    [
      'a standby request that is overtaken by the next heartbeat of its sender (ours)',
      'kin',
      'a request is heeded although the unrest that it causes is heard first',
    ],
    [
      'a service that dies on the node that holds the resources',
      'health',
      'never two owners; a healthy node owns everything in the end, and nothing moves when both are bad',
    ],
    [
      'healed partition that a genuine peer did not notice (it slept, or heard us all the time)',
      'conflict',
      'a genuine node that never noticed is asked what it holds, then to hand it over; it gets its own back',
    ],
    ['three nodes and more', 'bystander', 'a death of one of the first two: the other one takes over, alone'],
    ['groups that nobody holds after a fast restart', 'machine', 'fast restart: what nobody owns is taken in'],
    ['a daemon that was itself stopped or late', 'machine', 'a node that slept takes nothing over when it wakes'],
    ['death of a node', 'liveness', 'dead at the very instant the timeout runs out, not a millisecond before'],
    [
      '`ip-request-resp` to oneself',
      'traces',
      '4.6 a joint start: node lists, one `starting`, and our own groups after ten seconds',
    ],
    [
      'a resource that cannot be stopped',
      'standby',
      'a standby is off, what was stopped is started again, and the other node is not told to go on',
    ],
    ['after a failed start', 'standby', 'a failed start is offered to the other node after 30 s'],
    [
      'a standby that moves nothing (`rsc_hold=none`, or an unknown word)',
      'standby',
      'a missing rsc_hold means all, none moves nothing',
    ],
    [
      "a script's `resource` message that would disown what we hold",
      'submit',
      'a report of a script that would disown what we hold is refused',
    ],
    ['`auto_failback legacy` on one node only', 'legacy', 'a nice node beside a legacy one that asks for its group'],
    [
      'a genuine node in legacy mode that starts',
      'legacy',
      'a genuine node hears that we are active before it has the answer that lets it come up',
    ],
    ['a silent link', 'links', 'every link starts dead, comes up with a packet, and dies alone'],
    [
      'groups kept by a reload while the peer is away, `auto_failback on`',
      'reload',
      'owes what it holds of a node that is not there, and gives it back when that returns',
    ],
    [
      'a reload within 30 s after a start that failed',
      'reload',
      'the reload waits for it: the new life would know nothing of the failure',
    ],
    ['a stop before communication is up', 'stop', 'before communication is up, but heard by somebody: it is told'],
    ['`Shutdown delayed until Communication is up.`', 'stop', 'before communication is up there is nothing to release'],
    [
      'fencing (`stonith`, `stonith_host`)',
      'fencing',
      'a node that is heard again is not reset any more, and a late success changes nothing',
    ],
  ]),
  ...rows('heartbeat', [
    ['order of packets', 'wiring/engine', 'effects are performed in order, and what they cause comes after them'],
    ['a `respawn` command of plain words and quotes', 'children/command-words', 'quoted words come back as they were'],
    [
      'a `respawn` program that ignores SIGTERM',
      'children/machine',
      'who does not heed SIGTERM is killed after ten seconds',
    ],
    [
      'a `failfast` program that the system cannot even start',
      'children/machine',
      'a program that the system cannot start is tried like one that dies, without a reboot',
    ],
    [
      'a line taken out of `haresources`, or shortened, while its group runs',
      'resources/held-groups',
      'so is what a line was shortened by',
    ],
    [
      '`hb_generation` on a full disk',
      'wiring/files/identity',
      'where no new file can be made the number goes in the place of the old one',
    ],
    ['the command FIFO removed or replaced by a file', 'wiring/commands', 'a pipe that is %s is made anew'],
    [
      'a `haresources` that is broken while the daemon runs',
      'resources/runner',
      'a broken file is said once, and the last good one stays in use',
    ],
    [
      'rc.d scripts `status`, `ip-request`, `ip-request-resp`, `hb_takeover`',
      'wiring/rc-scripts',
      'the genuine script is not run: the daemon does its work',
    ],
    [
      'rc.d scripts added or changed while the daemon runs',
      'wiring/rc-scripts',
      'one that is put there while the daemon runs is found',
    ],
    [
      'a script that is missing when its group is released',
      'resources/group-run',
      'a script that is not installed is said once and passed over',
    ],
    ['a script that hangs', 'wiring/jobs', 'a job that takes long holds up only what has a group in common with it'],
    ['one first word on two lines of `haresources`', 'config/haresources', 'haresources/key-twice'],
    [
      'a serial line that takes nothing',
      'media/serial-queue',
      'what waits stays bounded; whole messages are dropped, the oldest first',
    ],
    ['a message that fits into no medium', 'wiring/traffic/outgoing', 'Message too long: a message of type x takes'],
    ['a client that hangs and reads nothing', 'wiring/api-server', 'who does not read is cut off, with one line'],
    [
      'a client whose frames claim a giant length, or hold no message',
      'api/session',
      'frames without a message are borne ten times in a row',
    ],
    ['local connections', 'wiring/api-server', 'connections that say nothing are many but not endless'],
    ['complaints about requests of one client', 'api/session', 'a client gone mad is not complained about for ever'],
    [
      "a client's `setsignal` on a machine without koffi",
      'wiring/api-server-claims',
      'no signal is sent to the process it names',
    ],
    [
      'two connections of one process',
      'api/session',
      'two connections of one process are two clients, and each hears its own answers',
    ],
    ['the notice that a refused client "leaves"', 'api/session', 'expect(submitted(effects)).toEqual([])'],
    ["a client's name of more than 31 characters", 'api/session', 'a name of 32 characters'],
    [
      '`fmask` bits beyond 03 and 10 (copies, dropped packets)',
      'api/session',
      "['setfilter', { fmask: '0x3f' }, 'OK', undefined]",
    ],
    [
      'ipfail: two ping nodes come back together',
      'ipfail/pair',
      'two ping nodes that come back together do not cancel the failback',
    ],
    [
      'ipfail: a node that was about to give up sees more ping nodes, or the other is giving up',
      'ipfail/machine',
      'a decision is overtaken by the next',
    ],
    ['ipfail: resources are moving when the time comes', 'ipfail/machine', 'are not waited for without end'],
    [
      'ipfail: a standby that nobody carried out, or that came too late',
      'ipfail/pair',
      'is asked for again when nobody carried it out',
    ],
    [
      'ipfail: nothing here to give up',
      'ipfail/machine',
      'higher than ours, and nothing here to give up: nothing is asked for',
    ],
    ['ipfail: its daemon is killed', 'wiring/ipfail', 'the daemon goes away: exit 1'],
    [
      'a changed `ha.cf` at SIGHUP',
      'wiring/process/lives',
      'a medium of the new file that cannot be opened: back to the old file, nothing is released',
    ],
    ['a changed `ha-suite.ini` at SIGHUP', 'wiring/process/hang-up', 'ha-suite.ini was made'],
    [
      'nothing about logs in `ha.cf`, or `use_logd yes`, and no logging daemon running',
      'wiring/log/log-targets',
      'the file of the logging daemon says where messages go',
    ],
    [
      'a log file that cannot be written',
      'wiring/log/logger',
      'a log file that cannot be written is told of once in the other file and in syslog',
    ],
    [
      'messages about read, write and FIFO processes (`HBREAD process died.`, `Both comm processes for channel N have died.`, `killing HBWRITE process`, `Core process N exited.`, `Emergency Shutdown: Master Control process died.`)',
      'log-texts',
      'const NEVER',
    ],
    ['`No local heartbeat. Forcing restart.`', 'log-texts', 'const NEVER'],
  ]),
  ...rows('lab', [
    [
      '`respawn` programs of a daemon that was killed',
      'heartbeat-children',
      'killed without mercy, the daemon leaves no program behind',
    ],
    [
      'what it was told and decided',
      'flight-recorder',
      'what happened replays to the same decisions, and tells what the journals tell',
    ],
    ['errors in `ha-suite.ini`', 'heartbeat-daemon', 'a mistake in our own file ends with 6 as well'],
    ['a broken `authkeys` at SIGHUP', 'heartbeat-daemon', 'with broken keys, which it survives'],
    ['a daemon that was killed and starts again', 'heartbeat-daemon', 'stops first what was left running'],
    ['takeover', 'agents-genuine-scripts', 'a group whose script fails is given up in order, and what ran is stopped'],
    [
      'a serial line that hangs up',
      'heartbeat-media-serial',
      'a cable that is pulled out and plugged in again works again',
    ],
    ['`mcast6`, `ucast` and `ucast6` sockets', 'heartbeat-media-more', 'ucast to the addresses of both nodes'],
  ]),
  ...rows('compat', [
    ['`cl_status` by an ordinary user', 'heartbeat-cl-status', 'when heartbeat refuses'],
    ['`udpport` and `baud` noise on stderr', 'heartbeat-command-line', 'udpport setting must precede media statements'],
    [
      'hb_standby, hb_takeover without a daemon',
      'heartbeat-hand-over',
      'without a daemon it says so at once, and leaves nothing behind',
    ],
    [
      'a bare `mcast` or `ucast` line',
      'heartbeat-config-genuine',
      'where genuine crashes, or takes another port than the one given, we say what is wrong',
    ],
    [
      '`info: AUTH: i=1: key = 0x…` and other debug lines of the parsers',
      'heartbeat-command-line',
      "and the debug lines of genuine's parsers",
    ],
    ['`memreserve`', 'heartbeat-command-line', 'memreserve 700'],
  ]),
  ...rows('', [
    ['systemd unit', 'platform/service-manager', 'what a manager asks of a process'],
    ['init script', 'compat/package', 'and so do ours'],
    [
      '`--shadow`',
      'lab/shadow-heartbeat-genuine',
      'not one packet was its own: all came from the socket of the genuine daemon',
    ],
    [
      'programs of the package',
      'heartbeat/config/ha-cf',
      'a program of the genuine package is found where this distribution has it',
    ],
  ]),
];

/** Rows that no test proves, and why not. */
export const UNPROVEN: ReadonlyMap<string, string> = new Map([
  ['disks before the reboot of `failfast`', 'the machine that runs the test would have to be rebooted'],
  ['`-r` by an ordinary user who may read the keys, with wrong files', 'no test yet'],
  ['`syslogmsgfmt off` while the files are read', 'no test yet'],
]);
