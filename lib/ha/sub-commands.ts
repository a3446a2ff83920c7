/** The sub-commands of `ha`, in the order of `ha --help`. */
import type { SubCommand } from './sub-command.js';

export const SUB_COMMANDS: readonly SubCommand[] = [
  {
    name: 'status',
    summary: 'show nodes, links, groups and real servers as they are now',
    load: async () => (await import('./status/command.js')).statusCommand,
  },
  {
    name: 'events',
    summary: 'tell what has happened, or what happens now',
    load: async () => (await import('./events/command.js')).eventsCommand,
  },
  {
    name: 'explain',
    summary: 'say why something is as it is, and what would change it',
    load: async () => (await import('./explain/command.js')).explainCommand,
  },
  {
    name: 'timeline',
    summary: 'tell one story of what went wrong, from the journals of both nodes',
    load: async () => (await import('./timeline/command.js')).timelineCommand,
  },
  {
    name: 'rehearse',
    summary: 'play failures with your own files, on virtual time',
    load: async () => (await import('../rehearsal/command.js')).rehearseCommand,
  },
];
