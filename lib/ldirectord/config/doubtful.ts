/** Values that ldirectord takes without a word although the kernel will refuse them or they do nothing. */
import { suggest } from '../../config/suggest.js';
import { hostAndPort } from './addresses.js';
import type { ResolvedSection } from './drafts.js';
import type { Real } from './model.js';
import { perlPattern } from './perl-regex.js';
import type { Report } from './report.js';
import { type Place, type SourceLine, valuePlace, wordPlace } from './source.js';

/** Schedulers of the Linux kernel. */
const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'fo', 'ovf', 'mh', 'twos'];
const LARGEST_WEIGHT = 65535;

const warnAboutReal = (real: Real, place: Place, report: Report): void => {
  const name = hostAndPort(real.address, real.port);
  if (real.weight > LARGEST_WEIGHT) {
    report.own('weight', place, `weight ${real.weight} is above ${LARGEST_WEIGHT}; the kernel will refuse ${name}`);
  }
  if (real.lower > real.upper) {
    report.own('thresholds', place, `the kernel refuses ${name}: l:${real.lower} is above u:${real.upper}`);
  }
  if (/^0\.0\.0\.[1-9]/.test(real.address)) {
    report.own('real-address', place, `read as the address ${real.address}, which is hardly meant`);
  }
};

/** A receive pattern that Perl refuses kills the genuine daemon; here its real servers are never up. */
const warnAboutPattern = (pattern: string, line: SourceLine, report: Report): void => {
  const translated = pattern === '' ? undefined : perlPattern(pattern);
  if (translated === undefined || translated.ok) return;
  const { offset, message, reason } = translated.trouble;
  const whole = wordPlace(line, pattern);
  const column = Math.min(whole.column + offset, Math.max(1, line.text.length));
  const kind = reason === 'invalid' ? 'is no regular expression' : 'cannot be used as a pattern';
  report.own('receive', { line, column, length: 1 }, `'${pattern}' ${kind}: ${message}; it will never match`);
};

const warnAboutReals = ({ draft, reals }: ResolvedSection, report: Report): void => {
  const lines = new Map<number, SourceLine>(draft.reals.map(({ line }) => [line.number, line]));
  const seen = new Map<string, number>();
  for (const real of reals) {
    const line = lines.get(real.at.line) ?? draft.place.line;
    warnAboutReal(real, valuePlace(line), report);
    if (real.receive !== undefined) warnAboutPattern(real.receive, line, report);
    const name = hostAndPort(real.address, real.port);
    const earlier = seen.get(name);
    if (earlier !== undefined) {
      report.own('real-twice', valuePlace(line), `the real server ${name} stands already in line ${earlier}`);
    }
    seen.set(name, real.at.line);
  }
};

/** Reports what looks wrong in a section although it is accepted. */
export const warnAboutDoubtfulValues = (section: ResolvedSection, report: Report): void => {
  const { draft, key } = section;
  const lineOf = (directive: string): SourceLine => draft.lines.get(directive) ?? draft.place.line;
  const warn = (code: string, directive: string, message: string, suggestion?: string): void =>
    report.own(code, valuePlace(lineOf(directive)), message, suggestion);
  if (draft.scheduler !== undefined && !SCHEDULERS.includes(draft.scheduler)) {
    const message = `the kernel has no scheduler '${draft.scheduler}'`;
    warn('scheduler', 'scheduler', message, suggest(draft.scheduler, SCHEDULERS));
  }
  if (key.protocol === 'fwm' && (key.mark < 1 || key.mark > 0xffffffff)) {
    warn('mark', 'virtual', `the kernel has no firewall mark ${key.mark}`);
  }
  if (key.protocol !== 'fwm' && key.port === 0 && draft.persistent === undefined) {
    warn('port-zero', 'virtual', 'port 0 (all ports) needs persistent=');
  }
  if (draft.persistent === 0) warn('persistent', 'persistent', 'the kernel refuses persistent=0');
  const octets = draft.family === 'ipv4' ? (draft.netmask ?? '').split('.') : [];
  if (octets.some((octet) => Number(octet) > 255)) warn('netmask', 'netmask', `${draft.netmask} is no netmask`);
  if (draft.netmask !== undefined && draft.persistent === undefined) {
    warn('netmask-unused', 'netmask', 'netmask has no effect without persistent');
  }
  if (draft.ops === true && key.protocol !== 'udp') warn('ops', 'ops', 'ops only has an effect with udp');
  if (draft.receive !== undefined) warnAboutPattern(draft.receive, lineOf('receive'), report);
  warnAboutReals(section, report);
};
