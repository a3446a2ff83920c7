/** The sub-commands of `ha`, in the order of `ha --help`. */
import type { SubCommand } from './sub-command.js';

export const SUB_COMMANDS: readonly SubCommand[] = [
  {
    name: 'drain',
    summary: 'no new connections for a real server; says when it is safe to stop',
    load: async () => (await import('../ldirectord/wiring/drain.js')).drainCommandOf('drain'),
  },
  {
    name: 'undrain',
    summary: 'the end of a drain',
    load: async () => (await import('../ldirectord/wiring/drain.js')).drainCommandOf('undrain'),
  },
  {
    name: 'disable',
    summary: 'take a real server out of service',
    load: async () => (await import('../ldirectord/wiring/drain.js')).drainCommandOf('disable'),
  },
  {
    name: 'enable',
    summary: 'have a real server back',
    load: async () => (await import('../ldirectord/wiring/drain.js')).drainCommandOf('enable'),
  },
  {
    name: 'rehearse',
    summary: 'play failures with your own files, on virtual time',
    load: async () => (await import('../rehearsal/command.js')).rehearseCommand,
  },
];
