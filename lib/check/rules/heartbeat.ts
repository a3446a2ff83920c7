/** Values of ha.cf, authkeys and haresources that are taken, and hurt. */
import type { Diagnostic } from '../../config/diagnostic.js';
import type { ResourceSpec } from '../../heartbeat/config/model.js';
import { forHeartbeat, type Rule } from '../facts.js';
import { found, foundInFile, haCfDirective, placeText } from '../finding.js';
import { servedAddresses } from '../served-addresses.js';

/** A warning must come between the next heartbeat and death. */
export const warnTime: Rule = forHeartbeat(({ config, paths }, facts) => {
  const { warntime, deadtime, keepalive } = config;
  const under = haCfDirective(facts, paths.haCf, 'warntime');
  // Without the directive it is half the deadtime.
  if (under === undefined || (warntime < deadtime && warntime > keepalive)) return [];
  const isLate = warntime >= deadtime;
  return [
    found(facts, 'warning', under, {
      code: 'check/warntime',
      message: isLate
        ? `warntime (${warntime} ms) should be smaller than deadtime (${deadtime} ms)`
        : `warntime (${warntime} ms) should be greater than keepalive (${keepalive} ms)`,
      why: isLate
        ? 'a node is declared dead before its late heartbeats are ever told of.'
        : 'a message that is in time is told of as late, again and again.',
      fix: `write a time between the two, e.g. warntime ${Math.max(keepalive + 1, Math.round(deadtime / 2))}ms.`,
    }),
  ];
});

/** The same service in two groups; addresses have a rule of their own. */
export const resourcesTwice: Rule = forHeartbeat(({ groups }, facts) => {
  const first = new Map<string, ResourceSpec>();
  const addresses = new Set(servedAddresses(groups).map(({ resource }) => resource));
  const keys = new Set(groups.map(({ resources }) => resources[0]));
  return groups.flatMap(({ resources }) =>
    resources.flatMap((resource): readonly Diagnostic[] => {
      const earlier = first.get(resource.word);
      if (earlier === undefined) first.set(resource.word, resource);
      if (earlier === undefined || addresses.has(resource)) return [];
      // Two groups of one name are told of by the check of haresources itself.
      if (keys.has(earlier) && keys.has(resource)) return [];
      return [
        found(
          facts,
          'warning',
          { value: resource.word, at: resource.at },
          {
            code: 'check/resource-twice',
            message: `${resource.word} stands already at ${placeText(earlier.at)}`,
            why: 'when one of the two groups is stopped or moved, the service ends for the other group as well.',
            fix: 'keep it in one group, and put what needs it into the same line.',
          },
        ),
      ];
    }),
  );
});

/** Keys that sign nothing. */
export const unsignedMessages: Rule = forHeartbeat(({ keys, paths: { authKeys } }) =>
  keys?.sign.method === 'crc'
    ? [
        foundInFile(authKeys, 'warning', {
          code: 'check/unsigned',
          message: 'messages are signed with crc, which has no key',
          why: 'whoever can send to the network of the cluster can take its addresses down.',
          fix: 'auth 1 and 1 sha1 with a long random key, on both nodes; crc is for a network of two machines and nothing else.',
        }),
      ]
    : [],
);
