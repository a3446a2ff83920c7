/** What a sub-command of `ha` is, and what it is given: everything it reads, prints or waits for comes through `World`. */
import type { Command } from 'commander';
import type { Machine, Questions } from '../check/machine.js';
import type { Daemons } from '../platform/daemons.js';
import type { ServePlace } from './serve/place.js';

export interface World {
  /** The text of a file (latin1, as the legacy files are read), or why it cannot be read. */
  readonly read: (path: string) => { readonly text: string } | { readonly problem: string };
  /** The names in a folder, in any order, or why they cannot be had. */
  readonly list: (folder: string) => { readonly names: readonly string[] } | { readonly problem: string };
  /** What this machine is and has, as far as a check of configuration files asks about it. Never rejects. */
  readonly machine: (questions: Questions) => Promise<Machine>;
  /**
   * Writes a file (latin1) with these permission bits, and its folder where there is none; one that is there only goes with
   * `replace`. Answers why it cannot be written.
   */
  readonly write: (path: string, text: string, mode: number, replace: boolean) => string | undefined;
  /** Standard output and standard error. */
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Standard output is a terminal that shows colours. */
  readonly coloured: boolean;
  /** The daemons of this machine. */
  readonly daemons: Daemons;
  /** Wall-clock milliseconds. */
  readonly wall: () => number;
  /** Aborted when the person at the terminal has had enough (SIGINT, SIGTERM, a closed pipe). */
  readonly interrupted: AbortSignal;
  /** What only `ha serve` needs, loaded when it is asked for. */
  readonly servePlace: () => Promise<ServePlace>;
}

/** What is done in the end; answers the exit code. */
export type Deed = (world: World) => number | Promise<number>;

/** Builds the commander command; its action hands over the deed that the words ask for. */
export type CommandMaker = (choose: (deed: Deed) => void) => Command;

export interface SubCommand {
  readonly name: string;
  /** One line for `ha --help`. */
  readonly summary: string;
  /** Loads its code, which no other sub-command needs. */
  readonly load: () => Promise<CommandMaker>;
}

/** Exit code of a wrong command line, of every sub-command. */
export const USAGE = 2;
