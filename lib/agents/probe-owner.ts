/** Before an address is taken over: looks whether somebody else still answers for it, and logs what was found. */
import type { Log, Priority } from '../log.js';
import { type ProbeResult, type ProbeTarget, probeAddress } from '../platform/address-probe.js';
import type { Millis } from '../time.js';

/** Part of `[announce]` in ha-suite.ini. */
export interface ProbeSettings {
  /** How long answers are waited for; 0: nobody is asked. */
  readonly probe: Millis;
  /** Whether the address is taken only afterwards; otherwise at once, while the question is on its way. */
  readonly probefirst: 'no' | 'yes';
}

/** The log line for what a probe has found. */
export const probeFinding = (
  { device, address }: ProbeTarget,
  result: ProbeResult,
  wait: Millis,
): readonly [Priority, string] => {
  if (typeof result === 'string') return ['debug', `Nobody was asked who has ${address} on ${device}: ${result}`];
  if (result.length === 0) return ['info', `Nobody else answers for ${address} on ${device} (asked for ${wait} ms)`];
  return [
    'WARN',
    `${address} on ${device} is still answered for by ${result.join(' and ')}: ` +
      'its former owner is alive, or somebody else uses it',
  ];
};

/** Asks, and resolves when the address may be taken. Never rejects. */
export const probeOwner = (target: ProbeTarget, { probe, probefirst }: ProbeSettings, log: Log): Promise<void> => {
  if (probe === 0) return Promise.resolve();
  const asked = probeAddress(target, probe).then((result) => log(...probeFinding(target, result, probe)));
  return probefirst === 'yes' ? asked : Promise.resolve();
};
