/** The value of `virtual=` and `virtual6=`: an address with a port, or a firewall mark (ldirectord reference 2.5). */
import type { Family } from '../../ipvs/model.js';
import { normalIpv6 } from './addresses.js';
import type { TargetDraft } from './drafts.js';
import type { Report } from './report.js';
import { type SourceLine, valuePlace } from './source.js';

const PORT = '([0-9A-Za-z-_]+)';
const IPV4 = new RegExp(`^(\\d+\\.\\d+\\.\\d+\\.\\d+):${PORT}`);
const NAME = new RegExp(`^([0-9A-Za-z._+-]+):${PORT}`);
const IPV6 = new RegExp(`^\\[([0-9A-Fa-f:]+)\\]:${PORT}`);

export interface VirtualLine {
  readonly target: TargetDraft;
  readonly protocol: 'tcp' | 'udp' | 'fwm';
}

const invalid = (line: SourceLine, family: Family, report: Report): undefined => {
  const example = family === 'ipv4' ? '10.0.0.3:80' : '[2001:db8::1]:80';
  report.error(
    'virtual-format',
    valuePlace(line),
    'invalid address for virtual server',
    `a virtual service is an address with a port, such as ${example}, or a firewall mark`,
  );
  return undefined;
};

/** Warns about what genuine ldirectord silently leaves out of a value it accepts. */
const warnIgnored = (value: string, used: string, line: SourceLine, report: Report): void => {
  const ignored = value.slice(used.length).replace(/#.*$/s, '').trim();
  if (ignored === '') return;
  const message = /^[.\d]/.test(ignored)
    ? `read as '${used}', '${ignored}' is ignored; a virtual address needs a port, such as ${used}${ignored}:80`
    : `'${ignored}' after the virtual service is ignored`;
  report.own('virtual-ignored-text', valuePlace(line), message);
};

/** Splits the value; the host and port are looked up when the section ends. */
export const readVirtualLine = (
  value: string,
  line: SourceLine,
  family: Family,
  report: Report,
): VirtualLine | undefined => {
  const address = (family === 'ipv4' ? IPV4.exec(value) : null) ?? NAME.exec(value);
  if (address !== null) {
    const [used, host = '', port = ''] = address;
    warnIgnored(value, used, line, report);
    return {
      target: { kind: 'address', host, port },
      protocol: port === '53' || port === 'domain' ? 'udp' : 'tcp',
    };
  }
  const mark = /^\d+/.exec(value)?.[0];
  if (mark !== undefined) {
    warnIgnored(value, mark, line, report);
    return { target: { kind: 'mark', mark }, protocol: 'fwm' };
  }
  const six = IPV6.exec(value);
  if (six === null) return invalid(line, family, report);
  const [used, host = '', port = ''] = six;
  if (family === 'ipv4') {
    report.error(
      'virtual-family',
      valuePlace(line),
      'cannot specify an IPv6 address here. please use "virtual6" instead.',
      'an IPv6 service is written virtual6=',
    );
    return undefined;
  }
  if (normalIpv6(host) === undefined) {
    report.error(
      'virtual-format',
      valuePlace(line),
      'invalid ipv6 address for virtual server',
      `'${host}' is no IPv6 address`,
    );
    return undefined;
  }
  warnIgnored(value, used, line, report);
  return {
    target: { kind: 'address', host: `[${host}]`, port },
    protocol: port === '53' || port === 'domain' ? 'udp' : 'tcp',
  };
};
