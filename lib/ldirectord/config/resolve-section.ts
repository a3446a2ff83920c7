/** Looks up the addresses of a section when it ends: fallback, virtual, reals, in this order (ldirectord reference 2.3). */
import type { ServiceKey } from '../../ipvs/model.js';
import { resolveHost, resolvePort } from './addresses.js';
import type { ResolvedSection, SectionDraft } from './drafts.js';
import type { Facts } from './facts.js';
import { resolveFallback } from './fallback-value.js';
import { readReal } from './real-line.js';
import type { Report } from './report.js';
import { valuePlace } from './source.js';

const resolveKey = (draft: SectionDraft, facts: Facts, report: Report): ServiceKey | undefined => {
  const { target, family, protocol } = draft;
  if (target === undefined) return undefined;
  if (target.kind === 'mark') return { protocol: 'fwm', family, mark: Number(target.mark) };
  const transport = protocol === 'udp' ? 'udp' : 'tcp';
  const address = resolveHost(target.host, family, facts);
  const port = resolvePort(target.port, transport, facts);
  if (address !== undefined && port !== undefined) return { protocol: transport, family, address, port };
  const message =
    address === undefined
      ? `'${target.host}' is neither an ${family === 'ipv4' ? 'IPv4' : 'IPv6'} address nor a known host name`
      : `'${target.port}' is neither a port from 0 to 65535 nor a service name that /etc/services lists for ${transport}`;
  report.error('virtual-unresolved', valuePlace(draft.place.line), 'invalid address for virtual service', message);
  return undefined;
};

/** The section with addresses, or undefined when the virtual itself has none; every mistake is reported. */
export const resolveSection = (draft: SectionDraft, facts: Facts, report: Report): ResolvedSection | undefined => {
  // Without a port of its own the fallback has that of the virtual, as it is written there; a wrong one is noticed here first.
  const virtualPort = draft.target?.kind === 'address' ? draft.target.port : undefined;
  const fallback =
    draft.fallback === undefined
      ? undefined
      : resolveFallback(
          { ...draft.fallback, port: draft.fallback.port ?? virtualPort },
          draft.family,
          [draft.protocol],
          facts,
          report,
        );
  const key = resolveKey(draft, facts, report);
  const reals = draft.reals.flatMap(({ line, value }) => readReal(value, line, draft.family, facts, report));
  return key === undefined ? undefined : { draft, key, fallback, reals };
};
