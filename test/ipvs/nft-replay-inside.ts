/** Runs in a network namespace of its own: recorded sessions against the nft engine, differences as JSON on standard output. */
import { openNft } from '../../lib/ipvs/engines/nft.js';
import { nftBackend } from '../../lib/ipvs/ipvsadm/nft-backend.js';
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
process.stdout.write(JSON.stringify(found));
