/** The log lines of the genuine program, word for word, because people and scripts look for them (reference 5.5). */
import type { Down, Verdict } from './checks/verdict.js';
import { causeText } from './checks/verdict.js';
import { printable } from './printable.js';

const weight = (value: number): string => `(Weight set to ${value})`;

export const addedVirtual = (virtual: string): string => `Added virtual server: ${virtual}`;
export const changedVirtual = (virtual: string): string => `Changed virtual server: ${virtual}`;
export const purgedVirtual = (tag: 'start' | 'stop', virtual: string): string =>
  `Purged virtual server (${tag}): ${virtual}`;

export const purgedReal = (tag: 'start' | 'stop', real: string, virtual: string): string =>
  `Purged real server (${tag}): ${real} (${virtual})`;
export const added = (what: 'real' | 'fallback', server: string, virtual: string, value: number): string =>
  `Added ${what} server: ${server} (${virtual}) ${weight(value)}`;
export const restored = (what: 'real' | 'fallback', server: string, virtual: string, value: number): string =>
  `Restored ${what} server: ${server} (${virtual}) ${weight(value)}`;
export const deleted = (what: 'real' | 'fallback', server: string, virtual: string): string =>
  `Deleted ${what} server: ${server} (${virtual})`;
export const quiescent = (server: string, virtual: string): string =>
  `Quiescent real server: ${server} (${virtual}) ${weight(0)}`;
export const readdQuiescent = (server: string, virtual: string): string =>
  `Readd Quiescent real server: ${server} (${virtual}) ${weight(0)}`;

/** `192.168.0.1:80 mapped from 192.168.0.1:8080`: the table's name and the configured one. */
export const mapped = (inTable: string, configured: string): string =>
  inTable === configured ? configured : `${inTable} mapped from ${configured}`;

export const softFailure = (real: string, virtualId: string, failures: number, failureCount: number): string =>
  `Soft failure real server: ${real} (${virtualId}) failure ${failures}/${failureCount}`;
export const resettingFailures = (real: string, virtualId: string): string =>
  `Resetting soft failure count: ${real} (${virtualId})`;

/** Longest piece of a server's answer that goes into the log. */
const MAX_TEXT = 200;

/** A server's own words on one line, escaped as in the monitorfile (reference 5.4). */
const oneLine = (text: string): string => printable(text.slice(0, MAX_TEXT));

/** The cause and the server's words, each said once: genuine texts bring their own status, 500 for errors on our side. */
const whyText = (verdict: Down): string => {
  const { cause, text } = verdict;
  if (text === '') return causeText(verdict);
  if (cause === 'L7PATTERN') return `${cause} ${text}`;
  if (cause === 'L7STATUS' && text.startsWith(`${verdict.detail} `)) return `${cause} ${text}`;
  return `${causeText(verdict)} ${text.replace(/^500 /, '')}`;
};

/** What -d shows of every check: `Activated service R`, or `Deactivated service R:` with the cause (reference 5.5). */
export const serviceResult = (real: string, verdict: Verdict): string =>
  verdict.state === 'up'
    ? `Activated service ${real}${verdict.text === '' ? '' : `: ${oneLine(verdict.text)}`}`
    : `Deactivated service ${real}: ${oneLine(whyText(verdict).trimEnd())}`;

/** Ours: why a real server is about to lose its place. */
export const checkFailed = (real: string, virtualId: string, verdict: Down): string =>
  `Check failed: ${real} (${virtualId}): ${oneLine(whyText(verdict).trimEnd())}`;
