/** The sub-commands of `ha`, in the order of `ha --help`. */
import type { SubCommand } from './sub-command.js';

export const SUB_COMMANDS: readonly SubCommand[] = [
  {
    name: 'import',
    summary: 'turn the files of keepalived and haproxy into those of heartbeat and ldirectord',
    load: async () => (await import('../import/command.js')).importCommand,
  },
  {
    name: 'rehearse',
    summary: 'play failures with your own files, on virtual time',
    load: async () => (await import('../rehearsal/command.js')).rehearseCommand,
  },
];
