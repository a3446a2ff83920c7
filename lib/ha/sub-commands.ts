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
    name: 'check',
    summary: 'look for mistakes in all files of the cluster together',
    load: async () => (await import('../check/command.js')).checkCommand,
  },
  {
    name: 'doctor',
    summary: 'examine the running system: links, addresses, the way of packets, the table',
    load: async () => (await import('../doctor/wiring/take-readings.js')).doctorHere,
  },
  {
    name: 'serve',
    summary: 'serve the status page, metrics and JSON over HTTP',
    load: async () => (await import('./serve/command.js')).serveCommand,
  },
  {
    name: 'notify',
    summary: 'tell people and programs of what happens',
    load: async () => (await import('../notify/wiring/place-here.js')).notifyHere,
  },
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
    name: 'import',
    summary: 'turn the files of keepalived and haproxy into those of heartbeat and ldirectord',
    load: async () => (await import('../import/command.js')).importCommand,
  },
  {
    name: 'rehearse',
    summary: 'play failures with your own files, on virtual time',
    load: async () => (await import('../rehearsal/command.js')).rehearseCommand,
  },
  {
    name: 'replay',
    summary: 'let heartbeat decide once more what it was told, and compare',
    load: async () => (await import('../flight/command.js')).replayCommand,
  },
];
