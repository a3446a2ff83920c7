/** The rc.d scripts of the genuine package and ours, by which an administrator's own ones of the same names are told apart. */
import { createHash } from 'node:crypto';

/**
 * SHA-256 of each script in the form of `essence`: that of heartbeat 3.0.6, then ours (packaging/etc/ha.d/rc.d). What they
 * do, this daemon does by itself (heartbeat reference 2.7). `ask_resources` is here for completeness: nobody ever runs it,
 * the daemon handles that message.
 */
const DIGESTS: Readonly<Record<string, readonly string[]>> = {
  status: [
    '373708c461a159b8d109397b06240f6dcf8d13bc47325df697cf36d6cfe67469',
    '9a0f4470fb4a2486fccd1bdc96608a05cd3012535fe0ba466c3e8ef264a21c61',
  ],
  'ip-request': [
    '355e45604430f7e12a1c213aacb7e8d33ce0f3152160f9c5859a23637c2dbff4',
    '7f5cf907321654ba454f3ee294a300003842f1a24076d2d124b1be9a3c0080be',
  ],
  'ip-request-resp': [
    'c2b628372c872cb92f315a5142db00958e21dcb9fd92f5bdd11937706cd2a4f4',
    'bed7becdb38d6811f2ebe3db781b7d39ebb95c1a155c685edabb63fd81c8eeef',
  ],
  hb_takeover: [
    '7f74dc5edf721887d3d6e9735036d656c78037808d8c33378c3ed708080abcaa',
    'b64409ab5412c26f77778914519c78ad22e87385b735b1f74f7a9bdb42ddcc2f',
  ],
  ask_resources: [
    '04f20b08f5f08c5277b184140745455b489470b91850f61cc6b34ef23ae32a4d',
    'e7583633a622acbc8a9e041601887e56142f2f102b18f6caf304f6e6c926d555',
  ],
};

/** Names whose work the daemon does itself unless an administrator's own script stands there. */
export const STANDARD_SCRIPTS: readonly string[] = Object.keys(DIGESTS);

/** Messages for which genuine runs no script, whatever stands in rc.d: it deals with them itself (seen beside it). */
export const NEVER_RUN: readonly string[] = [
  ...['ask_resources', 'starting', 'resource', 'shutdone', 'stonith', 'reqnodes', 'repnodes'],
];

/** A script without comments, blank lines and indentation, and without the folder a distribution chose for heartbeat. */
const essence = (script: string): string =>
  script
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '')
    .join('\n')
    .replace(/\/usr\/[\w/.-]*heartbeat\b/g, '@');

/** Whether the text of rc.d/NAME is that of the genuine package or ours, apart from comments and layout. */
export const isStandardScript = (name: string, text: string): boolean =>
  DIGESTS[name]?.includes(createHash('sha256').update(essence(text), 'latin1').digest('hex')) === true;
