/** The command ha-ipvsadm: ipvsadm's command lines on whichever engine this machine has. */
import { text } from 'node:stream/consumers';
import { configuredChoice } from '../lib/ipvs/engines/configured.js';
import { openNft } from '../lib/ipvs/engines/nft.js';
import { chooseEngine } from '../lib/ipvs/engines/open.js';
import { parseCommand } from '../lib/ipvs/grammar/parse-command.js';
import { HELP, VERSION } from '../lib/ipvs/ipvsadm/help.js';
import { nftBackend } from '../lib/ipvs/ipvsadm/nft-backend.js';
import { restoreWords } from '../lib/ipvs/ipvsadm/restore-words.js';
import { type Output, runCommand } from '../lib/ipvs/ipvsadm/run-command.js';
import { namesFor, printedNames, systemServices } from '../lib/ipvs/ipvsadm/system-names.js';
import type { Log } from '../lib/log.js';
import { run } from '../lib/platform/exec.js';
import { findIpvsadm } from '../lib/platform/ipvsadm-program.js';
import { seconds } from '../lib/time.js';

/** Only what an administrator at a terminal must know. */
const log: Log = (priority, line) => {
  if (priority !== 'info' && priority !== 'debug' && priority !== 'notice') process.stderr.write(`${line}\n`);
};

/** The genuine program does it, and its output and status are ours. */
const passOn = async (argv: readonly string[], restores: boolean): Promise<Output> => {
  const program = findIpvsadm();
  if (program === undefined)
    return { status: 2, stdout: '', stderr: 'ipvsadm is not installed: the kernel engine needs the ipvsadm package\n' };
  const input = restores ? { input: await text(process.stdin) } : {};
  const result = await run(program, argv, { timeout: seconds(120), maxOutput: 1 << 28, ...input });
  return { status: result.code ?? 255, stdout: result.stdout, stderr: result.stderr };
};

const main = async (argv: readonly string[]): Promise<Output> => {
  const parsed = parseCommand(argv);
  const kind = 'command' in parsed ? parsed.command.kind : undefined;
  if (kind === 'help') return { status: 0, stdout: HELP, stderr: '' };
  if (kind === 'version') return { status: 0, stdout: VERSION, stderr: '' };
  const choice = await chooseEngine({ choice: configuredChoice(log), log });
  if (choice === 'kernel') return passOn(argv, kind === 'restore');
  const services = systemServices();
  const input = kind === 'restore' ? await text(process.stdin) : '';
  return runCommand(argv, {
    backend: nftBackend(openNft({ log })),
    names: await namesFor([argv, ...input.split('\n').map(restoreWords)], services),
    printedNames: (table) => printedNames(table, services),
    program: process.argv[1] ?? 'ha-ipvsadm',
    input,
    help: HELP,
    version: VERSION,
  });
};

const { status, stdout, stderr } = await main(process.argv.slice(2)).catch(
  (error: Error): Output => ({ status: 2, stdout: '', stderr: `${error.message}\n` }),
);
// Whoever reads only the first lines of a listing closes the pipe; that is no error.
process.stdout.on('error', () => undefined);
// exitCode and not exit(): a pipe must be able to take all of a long listing.
process.exitCode = status;
process.stdout.write(stdout);
process.stderr.write(stderr);
