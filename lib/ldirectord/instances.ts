/** What happens to the other instances that `execute=` names (ldirectord reference 5.8, 3.6). */

export type InstanceCommand = 'start' | 'stop' | 'reload' | 'status';

export interface InstanceCall {
  /** As typed: a configuration, possibly with quotes. */
  readonly value: string;
  readonly command: InstanceCommand;
  /** Tried when the command fails: an instance that does not run cannot be reloaded. */
  readonly otherwise?: InstanceCommand;
}

const once = (values: readonly string[]): readonly string[] => [...new Set(values)];

/** Start, stop or status of all of them, in the order of the file. */
export const callsForAll = (values: readonly string[], command: InstanceCommand): readonly InstanceCall[] =>
  once(values).map((value) => ({ value, command }));

/** A reload stops those that are gone, reloads those that stay, and starts those that are new. */
export const callsAtReload = (before: readonly string[], after: readonly string[]): readonly InstanceCall[] => [
  ...callsForAll(
    before.filter((value) => !after.includes(value)),
    'stop',
  ),
  ...once(after).map(
    (value): InstanceCall =>
      before.includes(value) ? { value, command: 'reload', otherwise: 'start' } : { value, command: 'start' },
  ),
];
