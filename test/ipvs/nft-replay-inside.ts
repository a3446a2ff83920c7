/** Runs in a network namespace of its own: recorded sessions against the nft engine, differences as JSON on standard output. */
import fc from 'fast-check';
import { diff } from '../../lib/ipvs/diff.js';
import { openNft } from '../../lib/ipvs/engines/nft.js';
import { nftBackend } from '../../lib/ipvs/ipvsadm/nft-backend.js';
import type { Table } from '../../lib/ipvs/model.js';
import { arbitraryTable } from './arbitraries.js';
import { replay } from './replay.js';

// Direct routing to other hosts is refused otherwise; here only the table matters, so every host counts as this one.
const engine = openNft({ log: () => undefined, isLocal: () => () => true });
const backend = nftBackend(engine);
const found: Record<string, unknown> = {};
for (const session of ['table', 'values', 'restores']) {
  const differences = await replay(session, backend);
  // Connection tracking has timeouts of its own, and an engine without ip_vs builds no tunnels.
  found[session] = differences.filter(
    ({ genuine }) => !genuine.argv.some((word) => /^--(timeout|set|tun-type)$/.test(word)),
  );
}

// Any table can be made of any other, and is then what the kernel holds.
const canonical = (table: Table): string =>
  JSON.stringify(
    table.services
      .map((service) =>
        JSON.stringify({ ...service, destinations: service.destinations.map((one) => JSON.stringify(one)).sort() }),
      )
      .sort(),
  );
const wrong: unknown[] = [];
for (const wanted of [...fc.sample(arbitraryTable, 40), { services: [] }]) {
  const failed = await engine.apply(diff(await engine.read(), wanted));
  if (failed.length > 0 || canonical(await engine.read()) !== canonical(wanted)) wrong.push({ wanted, failed });
}
found['random tables'] = wrong;
process.stdout.write(JSON.stringify(found));
