/** How long a batch of a thousand changes takes to be in force, for the engine that is given as an argument: one line of JSON. */
import { appendFileSync, readFileSync } from 'node:fs';
import { openKernel } from '../../lib/ipvs/engines/kernel.js';
import { openNft } from '../../lib/ipvs/engines/nft.js';
import type { Change, Destination, ServiceKey } from '../../lib/ipvs/model.js';
import { median } from './median.js';

/** Milliseconds, medians. */
export interface BatchTimes {
  /** 10 services with 100 destinations each, into an empty table. */
  readonly build: number;
  /** All thousand weights set to 0 and back. */
  readonly edit: number;
  /** The same: processor time of this process and of the programs that it starts; the mean. */
  readonly editCpu: number;
  /** A hundred destinations taken out of each service and put in again: half of a thousand changes each. */
  readonly swap: number;
  /** One weight of the thousand. */
  readonly single: number;
}

const SERVICES = 10;
const EACH = 100;
const REPETITIONS = 5;

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
const keyOf = (service: number): ServiceKey => ({
  protocol: 'tcp',
  family: 'ipv4',
  address: `10.1.0.${service}`,
  port: 80,
});
const destinationOf = (service: number, index: number, weight: number): Destination => ({
  address: `10.2.${service}.${index}`,
  port: 80,
  method: 'masq',
  weight,
  upper: 0,
  lower: 0,
});
const forAll = (make: (key: ServiceKey, service: number, index: number) => Change): readonly Change[] =>
  numbers(SERVICES).flatMap((service) => numbers(EACH).map((index) => make(keyOf(service), service, index)));

const weights = (weight: number): readonly Change[] =>
  forAll((key, service, index) => ({
    kind: 'edit-destination',
    key,
    destination: destinationOf(service, index, weight),
  }));
const additions = forAll((key, service, index) => ({
  kind: 'add-destination',
  key,
  destination: destinationOf(service, index, 1),
}));
const removals = forAll((key, service, index) => ({
  kind: 'delete-destination',
  key,
  destination: destinationOf(service, index, 1),
}));
const services = numbers(SERVICES).map(
  (service): Change => ({
    kind: 'add-service',
    service: {
      ...{ key: keyOf(service), scheduler: 'wrr', flags: [] },
      ...{ persistent: undefined, netmask: undefined, ops: false },
    },
  }),
);
const noServices = numbers(SERVICES).map((service): Change => ({ kind: 'delete-service', key: keyOf(service) }));

/** Processor time so far in milliseconds, with that of the programs that have ended: utime, stime, cutime, cstime of proc(5). */
const processorTime = (): number => {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return fields.slice(11, 15).reduce((sum, jiffies) => sum + Number(jiffies) * 10, 0);
};

const measure = async (): Promise<BatchTimes> => {
  const engine = process.argv[2] === 'nft' ? openNft({ log: () => undefined }) : openKernel();
  const time = async (changes: readonly Change[]): Promise<number> => {
    const begun = performance.now();
    const failed = await engine.apply(changes);
    if (failed.length > 0) throw new Error(`refused: ${JSON.stringify(failed[0])}`);
    return performance.now() - begun;
  };
  const build: number[] = [];
  for (const _ of numbers(REPETITIONS)) {
    build.push(await time([...services, ...additions]));
    await time(noServices);
  }
  await time([...services, ...additions]);
  const edit: number[] = [];
  const swap: number[] = [];
  const single: number[] = [];
  let cpu = 0;
  for (const _ of numbers(REPETITIONS)) {
    for (const weight of [0, 1]) {
      // As the daemon does: the table is read, changes are planned, and made in one batch.
      await engine.read();
      const before = processorTime();
      edit.push(await time(weights(weight)));
      cpu += processorTime() - before;
    }
    const half = (changes: readonly Change[]) => changes.filter((_one, index) => index % 2 === 0);
    swap.push((await time(half(removals))) + (await time(half(additions))));
    single.push(await time(weights(2).slice(0, 1)), await time(weights(1).slice(0, 1)));
  }
  return {
    build: median(build),
    edit: median(edit),
    editCpu: cpu / (2 * REPETITIONS),
    swap: median(swap),
    single: median(single),
  };
};

const text = `${JSON.stringify(await measure())}\n`;
if (process.env.UML_RESULT === undefined) process.stdout.write(text);
else appendFileSync(process.env.UML_RESULT, text);
