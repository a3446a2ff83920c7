/** What the parser has to know about the machine: names, service ports and files, asked for and given as data. */
import type { Family } from '../../ipvs/model.js';

/** `any`: whatever protocol the services file lists the name for. */
export type PortProtocol = 'tcp' | 'udp' | 'any';

/** Answers to everything that stands outside the text; every method is a pure look-up. */
export interface Facts {
  /** First address of the family for a host name, normalised and without brackets. */
  readonly host: (name: string, family: Family) => string | undefined;
  readonly port: (name: string, protocol: PortProtocol) => number | undefined;
  /** Why the file cannot be opened for appending, in the system's words; undefined: it can. */
  readonly appendError: (path: string) => string | undefined;
  readonly isDirectory: (path: string) => boolean;
  /** Environment variable HOSTNAME, else the node name (ldirectord reference 2.5). */
  readonly hostname: string;
}

/** Everything a text asks about. */
export interface Needs {
  readonly hosts: readonly { readonly name: string; readonly family: Family }[];
  readonly services: boolean;
  readonly files: readonly string[];
  readonly directories: readonly string[];
}

/** Facts that say yes to everything and remember what they were asked. */
export const recordingFacts = (): { readonly facts: Facts; readonly needs: () => Needs } => {
  const hosts = new Map<string, { name: string; family: Family }>();
  const files = new Set<string>();
  const directories = new Set<string>();
  let services = false;
  return {
    facts: {
      host: (name, family) => {
        hosts.set(`${family} ${name}`, { name, family });
        return family === 'ipv4' ? '0.0.0.0' : '::';
      },
      port: () => {
        services = true;
        return 0;
      },
      appendError: (path) => {
        files.add(path);
        return undefined;
      },
      isDirectory: (path) => {
        directories.add(path);
        return true;
      },
      hostname: 'localhost',
    },
    needs: () => ({ hosts: [...hosts.values()], services, files: [...files], directories: [...directories] }),
  };
};

/** Facts of a machine that knows no names and has every file; what tests start from. */
export const plainFacts: Facts = {
  host: () => undefined,
  port: () => undefined,
  appendError: () => undefined,
  isDirectory: () => true,
  hostname: 'director',
};
