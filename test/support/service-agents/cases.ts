/** The lives of resources that are played with our agents and with the genuine ones. */
import { CALLS } from '../fake-programs.js';

export const LIFE = ['start', 'status', 'stop', 'status'];
/** What is started or stopped twice stays as it is. */
const LONG_LIFE = ['status', 'start', 'start', 'status', 'stop', 'stop'];

export interface Case {
  readonly title: string;
  readonly agent: string;
  readonly args: readonly string[];
  readonly verbs?: readonly string[];
  /** Shell commands before the life, and after it; what the latter print belongs to the result. */
  readonly before?: string;
  readonly after?: string;
  /** Which of the recorded calls count; default none. */
  readonly calls?: RegExp;
}

const XINETD = (value: string): string =>
  `printf 'service x\\n{\\n\\tsocket_type = stream\\n${value}}\\n' >/etc/xinetd.d/x; chmod 640 /etc/xinetd.d/x`;
/** The file, and that xinetd was told (once or twice: signals that come in quick succession are one). */
const SHOW_XINETD = `cat /etc/xinetd.d/x; stat -c %a /etc/xinetd.d/x
  turns=0; until [ -s ${CALLS} ] || [ $turns = 200 ]; do sleep 0.05; turns=$((turns + 1)); done; sort -u ${CALLS}`;
const VOLUMES = /^vg(change -a|s |ck|display|scan)/;

export const CASES: readonly Case[] = [
  { title: 'Delay without delays', agent: 'Delay', args: ['0', '0'], verbs: LONG_LIFE },
  { title: 'Delay of a fraction of a second', agent: 'Delay', args: ['0.1', '.1'], verbs: ['start', 'status', 'stop'] },
  { title: 'Delay of a word', agent: 'Delay', args: ['soon', '0'], verbs: ['start', 'status', 'stop'] },
  { title: 'Delay with two points', agent: 'Delay', args: ['0', '1.2.3'], verbs: ['start', 'status'] },
  { title: 'Delay with too many', agent: 'Delay', args: ['0', '0', '0'], verbs: ['start'] },

  {
    ...{ title: 'MailTo with a subject', agent: 'MailTo', args: ['root,admin@example.org', 'Shop front'] },
    ...{ calls: /^mail /, after: 'sed "s/^ *//" /run/mail | grep Takeover; rm /run/mail' },
  },
  { title: 'MailTo without a subject', agent: 'MailTo', args: ['root'], calls: /^mail / },
  { title: 'MailTo with a short subject', agent: 'MailTo', args: ['root', 'A b'], verbs: ['start'], calls: /^mail / },
  { title: 'MailTo to nobody', agent: 'MailTo', args: [''], verbs: ['stop', 'start', 'status', 'stop'] },
  { title: 'MailTo with too many', agent: 'MailTo', args: ['root', 'Shop', 'front'], verbs: ['start', 'status'] },
  {
    ...{ title: 'MailTo when the mail fails', agent: 'MailTo', args: ['broken'], verbs: ['start', 'status', 'stop'] },
    calls: /^mail /,
  },

  {
    ...{ title: 'WinPopup', agent: 'WinPopup', args: ['/run/stations'], calls: /^smbclient / },
    ...{ before: 'printf "pc1 pc2\\npc3\\n" >/run/stations', after: 'cat /run/popups; rm /run/popups' },
    verbs: ['start', 'start', 'stop', 'stop'],
  },
  {
    ...{ title: 'WinPopup when the last one is off', agent: 'WinPopup', args: ['/run/stations'] },
    ...{ before: 'echo pc1 broken >/run/stations', verbs: ['start', 'stop'], calls: /^smbclient / },
  },
  { title: 'WinPopup without its file', agent: 'WinPopup', args: ['/run/nowhere'], verbs: ['start', 'status', 'stop'] },

  { title: 'AudibleAlarm', agent: 'AudibleAlarm', args: [], after: 'test -e /var/run/heartbeat-bell; echo $?' },
  {
    ...{ title: 'AudibleAlarm on a node that is not to beep', agent: 'AudibleAlarm', args: ['other', 'lb1'] },
    verbs: ['status', 'start', 'status', 'stop'],
  },

  {
    ...{ title: 'Xinetd, a service that is off', agent: 'Xinetd', args: ['x'] },
    ...{ before: XINETD('\\tdisable\\t= yes\\n'), after: SHOW_XINETD },
  },
  {
    ...{ title: 'Xinetd, a service that is on', agent: 'Xinetd', args: ['x'], verbs: ['status', 'stop', 'status'] },
    ...{ before: XINETD('disable=no\\n'), after: SHOW_XINETD },
  },
  {
    ...{ title: 'Xinetd, a setting that is neither', agent: 'Xinetd', args: ['x'], verbs: ['status'] },
    before: XINETD('disable = maybe\\n'),
  },
  { title: 'Xinetd, no such service', agent: 'Xinetd', args: ['nope'], verbs: ['start', 'status'] },
  { title: 'Xinetd without a service', agent: 'Xinetd', args: [''], verbs: ['start', 'status'] },

  { title: 'LVM', agent: 'LVM', args: ['vg'], verbs: LONG_LIFE, calls: VOLUMES },
  { title: 'LVM, a group that is not there', agent: 'LVM', args: ['nope'], calls: VOLUMES },
  {
    title: 'LVM, a group that does not start',
    agent: 'LVM',
    args: ['dead'],
    verbs: ['start', 'status'],
    calls: VOLUMES,
  },
  { title: 'LVM without a group', agent: 'LVM', args: [''], verbs: ['start', 'status'] },

  {
    ...{ title: 'Raid1, an array that does not come', agent: 'Raid1', args: ['/run/mdadm.conf', '/dev/md7'] },
    ...{ before: 'echo "ARRAY /dev/md7 UUID=1" >/run/mdadm.conf', calls: /^mdadm / },
    verbs: ['status', 'start', 'stop', 'status'],
  },
  {
    ...{ title: 'Raid1, all arrays of the file', agent: 'Raid1', args: ['/run/mdadm.conf', 'auto'] },
    ...{ before: 'printf "ARRAY /dev/md7 x\\nARRAY /dev/md8 y\\n" >/run/mdadm.conf', calls: /^mdadm / },
    verbs: ['start', 'stop'],
  },
  {
    ...{ title: 'Raid1 without its file', agent: 'Raid1', args: ['/run/nowhere', '/dev/md7'] },
    verbs: ['start', 'status', 'stop'],
  },
  { title: 'Raid1 without an array', agent: 'Raid1', args: ['/run/mdadm.conf', ''], verbs: ['start', 'status'] },

  {
    ...{ title: 'Filesystem in memory', agent: 'Filesystem', args: ['tmpfs', '/run/mnt/a/', 'tmpfs', 'size=1m'] },
    verbs: LONG_LIFE,
    after: 'ls -d /run/mnt/a',
  },
  {
    ...{ title: 'Filesystem, a bind mount', agent: 'Filesystem', args: ['/run/shown', '/run/mnt/b', 'none', 'bind'] },
    before: 'mkdir -p /run/shown',
  },
  {
    ...{
      title: 'Filesystem, an image',
      agent: 'Filesystem',
      args: ['/run/image', '/run/mnt/c', 'ext2', 'loop,noatime'],
    },
    ...{ before: 'rm -f /run/image; mke2fs -q -F /run/image 256', after: 'losetup -j /run/image' },
  },
  {
    ...{ title: 'Filesystem through a link', agent: 'Filesystem', args: ['tmpfs', '/run/link', 'tmpfs'] },
    ...{ before: 'mkdir -p /run/mnt/d; ln -sfn mnt/d /run/link', verbs: ['start', 'status', 'stop', 'status'] },
  },
  {
    ...{ title: 'Filesystem with others below', agent: 'Filesystem', args: ['tmpfs', '/run/mnt/e', 'tmpfs'] },
    ...{ before: 'mkdir -p /run/mnt/e/sub; mount -t tmpfs tmpfs /run/mnt/e/sub', verbs: ['start', 'status'] },
    after: 'umount /run/mnt/e/sub',
  },
  {
    ...{ title: 'Filesystem under others', agent: 'Filesystem', args: ['tmpfs', '/run/mnt/f', 'tmpfs'] },
    before:
      'mkdir -p /run/mnt/f; mount -t tmpfs tmpfs /run/mnt/f; mkdir /run/mnt/f/x; mount -t tmpfs tmpfs /run/mnt/f/x',
    ...{ verbs: ['status', 'stop', 'status'], after: 'grep -c /run/mnt/f /proc/mounts' },
  },
  {
    ...{ title: 'Filesystem in use', agent: 'Filesystem', args: ['tmpfs', '/run/mnt/g', 'tmpfs'] },
    before: `mkdir -p /run/mnt/g; mount -t tmpfs tmpfs /run/mnt/g
      (cd /run/mnt/g; exec sleep 321 </dev/null >/dev/null 2>&1) &
      until [ "$(readlink /proc/$!/cwd)" = /run/mnt/g ]; do :; done`,
    ...{ verbs: ['stop', 'status'], after: 'pgrep -fc "^sleep 321"' },
  },
  {
    ...{ title: 'Filesystem, no such device', agent: 'Filesystem', args: ['/dev/nope', '/run/mnt/h', 'ext2'] },
    verbs: ['status', 'start', 'status', 'stop'],
  },
  {
    ...{ title: 'Filesystem, no such type', agent: 'Filesystem', args: ['tmpfs', '/run/mnt/i', 'nopefs'] },
    verbs: ['start', 'status', 'stop'],
  },
  {
    ...{
      title: 'Filesystem, a mount that fails',
      agent: 'Filesystem',
      args: ['/run/nowhere', '/run/mnt/j', 'none', 'bind'],
    },
    verbs: ['start', 'status', 'stop'],
  },
  { title: 'Filesystem with one argument', agent: 'Filesystem', args: ['/dev/sda1'], verbs: ['start', 'status'] },

  ...['ICP', 'LinuxSCSI', 'ServeRAID', 'WAS', 'db2', 'ids'].map((agent) => ({
    ...{ title: `${agent}, as far as it goes without what it is for`, agent, verbs: ['status'] },
    args: { ICP: ['1', '/dev/nope'], ServeRAID: ['1', '1'], WAS: [], ids: [] }[agent] ?? ['nobody'],
  })),
  { title: 'ServeRAID with one argument', agent: 'ServeRAID', args: ['1'], verbs: ['start', 'status'] },
];
