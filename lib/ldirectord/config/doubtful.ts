/** Values that ldirectord takes without a word although the kernel will refuse them or they do nothing. */
import { suggest } from '../../config/suggest.js';
import { hostAndPort } from './addresses.js';
import type { ResolvedSection } from './drafts.js';
import type { Real } from './model.js';
import type { Report } from './report.js';
import { type Place, type SourceLine, valuePlace } from './source.js';

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

/** Reports what looks wrong in a section although it is accepted. */
export const warnAboutDoubtfulValues = ({ draft, key, reals }: ResolvedSection, report: Report): void => {
  const { place } = draft;
  if (draft.scheduler !== undefined && !SCHEDULERS.includes(draft.scheduler)) {
    const message = `the kernel has no scheduler '${draft.scheduler}'`;
    report.own('scheduler', place, message, suggest(draft.scheduler, SCHEDULERS));
  }
  if (key.protocol === 'fwm' && (key.mark < 1 || key.mark > 0xffffffff)) {
    report.own('mark', place, `the kernel has no firewall mark ${key.mark}`);
  }
  if (key.protocol !== 'fwm' && key.port === 0 && draft.persistent === undefined) {
    report.own('port-zero', place, 'port 0 (all ports) needs persistent=');
  }
  if (draft.persistent === 0) report.own('persistent', place, 'the kernel refuses persistent=0');
  if (draft.netmask !== undefined && draft.family === 'ipv4' && draft.netmask.split('.').some((part) => +part > 255)) {
    report.own('netmask', place, `${draft.netmask} is no netmask`);
  }
  if (draft.netmask !== undefined && draft.persistent === undefined) {
    report.own('netmask-unused', place, 'netmask has no effect without persistent');
  }
  if (draft.ops === true && key.protocol !== 'udp') report.own('ops', place, 'ops only has an effect with udp');
  const lines = new Map<number, SourceLine>(draft.reals.map(({ line }) => [line.number, line]));
  const seen = new Map<string, number>();
  for (const real of reals) {
    const line = lines.get(real.at.line) ?? place.line;
    warnAboutReal(real, valuePlace(line), report);
    const name = hostAndPort(real.address, real.port);
    const earlier = seen.get(name);
    if (earlier !== undefined) {
      report.own('real-twice', valuePlace(line), `the real server ${name} stands already in line ${earlier}`);
    }
    seen.set(name, real.at.line);
  }
};
