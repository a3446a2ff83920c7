/** `npm run lab`: plays the scenarios in all pairings of genuine and ours, and prints who broke which rule. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { Command, InvalidArgumentError, Option } from 'commander';
import { SCENARIOS } from './scenario/catalogue/index.js';
import { playAll, type Result, type Run, runsOf } from './scenario/matrix.js';
import { PAIRINGS, type Pairing } from './scenario/model.js';
import { allGood, findingLines, type Grade, gradeOf, resultsForMachines, tableText } from './scenario/report.js';

interface Options {
  readonly pairing?: readonly Pairing[];
  readonly jobs: number;
  readonly json?: true;
  readonly list?: true;
  readonly keep?: string;
}

const colours = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY === true && (process.env.NO_COLOR === undefined || process.env.NO_COLOR === '');

const COLOURS = { ok: 'green', known: 'yellow', failed: 'red', broken: 'red', heading: 'bold' } as const;

const painter =
  (stream: NodeJS.WriteStream) =>
  (text: string, grade: Grade | 'heading'): string =>
    colours(stream) ? styleText(COLOURS[grade], text, { validateStream: false }) : text;

const positive = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('a whole number from 1 on');
  return number;
};

const pattern = (text: string): string => {
  try {
    new RegExp(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
};

/** Labs mostly wait: so many keep two processors busy without delaying what is measured. */
const JOBS = 6;

const parse = (): { readonly pattern: string | undefined; readonly options: Options } => {
  const command = new Command('npm run lab --')
    .description('Plays scripted faults in clusters of namespaces and checks from outside who serves.')
    .argument('[pattern]', 'only scenarios whose name matches (a regular expression)', pattern)
    .addOption(
      new Option('-p, --pairing <lb1-lb2...>', 'only these pairings of implementations').choices([...PAIRINGS]),
    )
    .addOption(new Option('-j, --jobs <number>', 'labs side by side').argParser(positive).default(JOBS))
    .option('--json', 'print the results as JSON')
    .option('--list', 'only list the scenarios')
    .option('--keep <folder>', 'write the observations and logs of every run there')
    .parse();
  return { pattern: command.args[0], options: command.opts<Options>() };
};

const fileName = ({ scenario, pairing }: Run): string =>
  `${scenario.name.replaceAll(/[^A-Za-z0-9]+/g, '-')}.${pairing}`.toLowerCase();

const keep = async (folder: string, run: Run, result: Result): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${fileName(run)}.json`), `${JSON.stringify(result, undefined, 1)}\n`);
};

const main = async (): Promise<void> => {
  const { pattern, options } = parse();
  const runs = runsOf(SCENARIOS, pattern, options.pairing);
  if (options.list === true) {
    for (const name of new Set(runs.map(({ scenario }) => scenario.name))) process.stdout.write(`${name}\n`);
    return;
  }
  const paint = painter(process.stderr);
  let ended = 0;
  const say = (run: Run, text: string): void => {
    process.stderr.write(`${`${ended}/${runs.length}`.padStart(7)}  ${run.scenario.name} [${run.pairing}]: ${text}\n`);
  };
  const kept: Promise<void>[] = [];
  const results = await playAll(runs, options.jobs, {
    onStep: say,
    onVoid: (run, outcome, why) => {
      say(run, `void: ${why}; once more`);
      for (const line of findingLines(outcome)) process.stderr.write(`${line}\n`);
    },
    onEnd: (run, result) => {
      ended += 1;
      const grade = gradeOf(result);
      say(run, paint(grade, grade));
      for (const line of findingLines(result)) process.stderr.write(`${line}\n`);
      if (!('broken' in result) && result.logs !== '') process.stderr.write(`${result.logs}\n`);
      if (options.keep !== undefined) kept.push(keep(options.keep, run, result));
    },
  });
  await Promise.all(kept);
  const text =
    options.json === true
      ? `${JSON.stringify(resultsForMachines(results), undefined, 2)}\n`
      : tableText(results, painter(process.stdout));
  process.stdout.write(text);
  if (runs.length === 0) process.stderr.write('no scenario matches\n');
  process.exitCode = allGood(results) ? 0 : 1;
};

await main();
