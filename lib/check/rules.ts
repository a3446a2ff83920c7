/** Every rule of `ha check` beyond what the parsers say, in no order that matters: findings are sorted by their place. */
import type { Diagnostic } from '../config/diagnostic.js';
import type { Facts, Rule } from './facts.js';
import { addressesOfOthers, addressesTwice, addressesWithoutPlace } from './rules/addresses.js';
import * as directors from './rules/directors.js';
import { resourcesTwice, unsignedMessages, warnTime } from './rules/heartbeat.js';
import { ipfail, onePath, ownUnicast, pingNodes } from './rules/links.js';
import * as peer from './rules/peer.js';
import { directorsOfPeer } from './rules/peer-directors.js';
import { readablePasswords, writableFiles } from './rules/permissions.js';
import { programsOfDirectors, programsOfSuite } from './rules/programs.js';
import { forwarding, loopbackAddresses, quiescentTemplates } from './rules/settings.js';
import { toldFiles } from './rules/told-files.js';

/** All of them. */
export const RULES: readonly Rule[] = [
  ...[writableFiles, readablePasswords],
  ...[addressesWithoutPlace, addressesTwice, addressesOfOthers, resourcesTwice],
  ...[warnTime, unsignedMessages, onePath, ownUnicast, pingNodes, ipfail],
  ...Object.values(directors),
  ...[programsOfDirectors, programsOfSuite],
  ...[forwarding, quiescentTemplates, loopbackAddresses],
  ...[...Object.values(peer), directorsOfPeer, toldFiles],
];

/** What all rules find. Never throws. */
export const applyRules = (facts: Facts): readonly Diagnostic[] => RULES.flatMap((rule) => rule(facts));
