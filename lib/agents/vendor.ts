/** Agents for rare hardware and for databases of vendors: they call the agent of the package resource-agents. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isExecutableFile } from '../platform/executable.js';
import type { Agent } from './agent.js';
import { OCF } from './exit.js';
import { callOcf, HEARTBEAT_AGENTS } from './ocf-agent.js';
import { createOcfStyle, type OcfAnswer } from './ocf-style.js';

export interface Vendor {
  readonly name: string;
  readonly fewest: number;
  readonly most: number;
  /** The variables that the arguments become, as in the genuine script of that name; a string says what is wrong. */
  readonly variables: (args: readonly string[]) => Readonly<Record<string, string>> | string;
  /** What tells this resource from others of the same agent. */
  readonly instance: (args: readonly string[]) => string;
}

/** Arguments that become variables one by one, as far as they are there. */
const inOrder =
  (...names: readonly string[]) =>
  (args: readonly string[]): Readonly<Record<string, string>> =>
    Object.fromEntries(
      names.flatMap((name, at) => {
        const value = args[at];
        return value === undefined ? [] : [[`OCF_RESKEY_${name}`, value] as const];
      }),
    );

const first =
  (name: string) =>
  ([argument = '']: readonly string[]): string =>
    `${name}_${argument}`;

/** A file is the configuration, a number the port of the advanced edition. */
const websphere = ([argument]: readonly string[]): Readonly<Record<string, string>> | string => {
  if (argument === undefined) return {};
  if (existsSync(argument)) return { OCF_RESKEY_config: argument };
  return /^\d*$/.test(argument)
    ? { OCF_RESKEY_port: argument }
    : `${argument} is neither a WAS configuration file nor a valid port number!`;
};

export const VENDORS: readonly Vendor[] = [
  { name: 'ICP', fewest: 2, most: 2, variables: inOrder('driveid', 'device'), instance: first('ICP') },
  { name: 'LinuxSCSI', fewest: 1, most: 1, variables: inOrder('scsi'), instance: first('LinuxSCSI') },
  {
    ...{ name: 'ServeRAID', fewest: 2, most: 2 },
    ...{ variables: inOrder('serveraid', 'mergegroup'), instance: first('ServeRAID') },
  },
  { name: 'WAS', fewest: 0, most: 1, variables: websphere, instance: () => 'WAS' },
  { name: 'db2', fewest: 1, most: 1, variables: inOrder('instance'), instance: first('db2') },
  {
    ...{ name: 'ids', fewest: 0, most: 3 },
    variables: (args) =>
      args.length === 1 || args.length === 2
        ? 'ids takes no argument or three'
        : inOrder('informixdir', 'informixserver', 'onconfig')(args),
    instance: ([, server = '']) => `ids_${server}`,
  },
];

/** One agent for each of them. */
export const createVendorAgents = (folder = HEARTBEAT_AGENTS): readonly Agent[] =>
  VENDORS.map(({ name, fewest, most, variables, instance }) =>
    createOcfStyle({
      ...{ name, fewest, most },
      act: async (action, args, context): Promise<OcfAnswer> => {
        const settings = variables(args);
        if (typeof settings === 'string') return { code: OCF.generic, said: `ERROR: ${settings}` };
        const path = join(folder, name);
        if (!isExecutableFile(path)) {
          const said = `ERROR: ${path} is not installed (package resource-agents)`;
          context.log('ERROR', said.slice('ERROR: '.length));
          return { code: OCF.notInstalled, said };
        }
        const own = { OCF_TYPE: name, OCF_RESOURCE_INSTANCE: instance(args) };
        const { code, stdout } = await callOcf({ path, verb: action, variables: { ...own, ...settings } }, context);
        return { code, said: stdout };
      },
    }),
  );
