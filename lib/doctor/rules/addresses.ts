/** Addresses of groups: on the interfaces of the node that has the group, and nowhere else. */
import { addressOfWord } from '../../agents/address-word.js';
import { usualAddress } from '../../check/served-addresses.js';
import type { GroupSnapshot } from '../../heartbeat/snapshot.js';
import type { AddressEntry } from '../../platform/address-entry.js';
import { bad, good, type Readings, type Rule, type Symptom } from '../readings.js';

/** The addresses that a group serves, in the usual spelling. */
export const addressesOf = ({ resources }: Pick<GroupSnapshot, 'resources'>): readonly string[] =>
  resources.flatMap((word) => usualAddress(addressOfWord(word) ?? '') ?? []);

const isQuiet = ({ device }: AddressEntry): boolean => /^(lo|dummy\d*)$/.test(device);

const heldSymptom = (address: string, here: readonly AddressEntry[]): Symptom => {
  const [entry] = here;
  if (entry === undefined)
    return bad(
      'doctor/address-missing',
      `${address} should be on this node, and no interface has it`,
      'no client reaches it.',
      `ip address shows what is there; hb_standby and hb_takeover start the group anew. What has removed it stands in ha events --type address.`,
    );
  if (entry.duplicate || entry.tentative)
    return bad(
      'doctor/address-duplicate',
      `${address} is on ${entry.device}, but the kernel does not use it: ${entry.duplicate ? 'another machine has it, too' : 'it still looks for another owner'}`,
      'no client reaches it here.',
      'find the other owner: ndisc6 or ip -6 neighbour on a third machine names its hardware address.',
    );
  return good('doctor/address', `${address} is on ${entry.device}`);
};

const groupSymptoms = ({ addresses }: Readings, group: GroupSnapshot): readonly Symptom[] =>
  addressesOf(group).flatMap((address): readonly Symptom[] => {
    const here = addresses.filter((entry) => entry.address === address && !isQuiet(entry));
    switch (group.place) {
      case 'here':
        return [heldSymptom(address, here)];
      case 'both':
        return [];
      default:
        return here.map(({ device }) =>
          bad(
            'doctor/address-left',
            `${address} is on ${device} although its group is not on this node`,
            'two machines answer for it, and each client reaches the one that it heard last.',
            `ip address del ${address} dev ${device}, with the prefix that ip address shows; an interface file that brings it up at boot must not name it.`,
          ),
        );
    }
  });

/** Each group has one owner, and its addresses are there. */
export const addresses: Rule = (readings) =>
  (readings.status.heartbeat.snapshot?.groups ?? []).flatMap((group) => {
    const name = group.resources[0] ?? group.line;
    const owners: readonly Symptom[] =
      group.place === 'both' || group.place === 'nowhere'
        ? [
            bad(
              `doctor/group-${group.place}`,
              `the group of ${name} is on ${group.place === 'both' ? 'both nodes' : 'no node'}`,
              group.place === 'both' ? 'each client reaches the node that it heard last.' : 'nobody serves it.',
              `ha explain ${name} says why, and what changes it.`,
            ),
          ]
        : [];
    return [...owners, ...groupSymptoms(readings, group)];
  });
