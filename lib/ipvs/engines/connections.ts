/** How many connections each destination has now, whichever engine holds the table. */
import type { EngineChoice } from '../../config/suite.js';
import type { Log } from '../../log.js';
import { run } from '../../platform/exec.js';
import { findIpvsadm } from '../../platform/ipvsadm-program.js';
import { seconds } from '../../time.js';
import type { Load } from '../grammar/listing.js';
import { parseLoads } from '../grammar/parse-listing.js';
import { tallyFor } from '../ipvsadm/conntrack.js';
import { type ReadTracked, readTracked } from '../ipvsadm/tracked.js';
import type { NftEngine } from './nft.js';
import { openNft } from './nft.js';
import { chooseEngine } from './open.js';

/** Rejects with a reason for people when the connections cannot be counted: none is not the same as unknown. */
export type CountLoads = () => Promise<readonly Load[]>;

const DEADLINE = seconds(10);

/** With ip_vs, as `ipvsadm -L -n` has them. `find` looks for the program. */
export const kernelLoads =
  (find = findIpvsadm): CountLoads =>
  async () => {
    const program = find();
    if (program === undefined) throw new Error('ipvsadm is not installed: the kernel engine needs the ipvsadm package');
    const { code, stdout, stderr, startError } = await run(program, ['-L', '-n'], {
      timeout: DEADLINE,
      maxOutput: 1 << 26,
    });
    if (startError !== undefined) throw new Error(`cannot run ${program}: ${startError}`);
    if (code !== 0) throw new Error(`cannot read the IPVS table: ${stderr.trim() || `${program} -L failed`}`);
    return parseLoads(stdout);
  };

/** With nftables, from connection tracking. */
export const nftLoads =
  (engine: Pick<NftEngine, 'read'>, tracked: ReadTracked = readTracked): CountLoads =>
  async () => {
    const { services } = await engine.read();
    const tally = tallyFor({ services });
    const problem = await tracked(tally.add);
    if (problem !== undefined) throw new Error(problem);
    return services.flatMap((service) =>
      service.destinations.map((destination): Load => {
        const { active, inactive } = tally.of(service, destination);
        return { key: service.key, destination, active, inactive };
      }),
    );
  };

/** Counts with the engine that `[ipvs] engine` of ha-suite.ini and the environment ask for. */
export const loadsOf = async (choice: EngineChoice, log: Log): Promise<CountLoads> =>
  (await chooseEngine({ choice, log })) === 'kernel' ? kernelLoads() : nftLoads(openNft({ log }));
