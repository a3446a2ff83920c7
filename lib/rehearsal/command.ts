/** `ha rehearse`: its words, and what it prints. Reads files through what it is given; pure otherwise. */
import { Command, CommanderError } from 'commander';
import { renderDiagnostic } from '../config/render.js';
import { type CommandMaker, USAGE, type World } from '../ha/sub-command.js';
import { parseSpan } from '../text/span.js';
import { type Millis, millis } from '../time.js';
import { readDirectorFiles } from './director-files.js';
import { readRehearsalFiles, type TextFile } from './files.js';
import { parseStory } from './parse-story.js';
import { castOf, type Rehearsal, rehearse } from './rehearse.js';
import { reportJson, reportText, type Told } from './report.js';
import { type Found, type Sentences, searchWorst } from './search.js';
import { FORMS } from './sentences.js';

interface Options {
  readonly file?: string;
  readonly haCf: string;
  readonly haresources: string;
  readonly ldirectordCf?: string;
  readonly seed: number;
  readonly scriptTime: Millis;
  readonly random?: number;
  readonly json?: boolean;
}

/** Exit codes: an address ends without one owner, or a service without a server; wrong configuration (as ha-heartbeat). */
const FAILED = 1;
const NOT_CONFIGURED = 6;

const HELP = `
Sentences, separated by semicolons or on lines of their own (# begins a comment):
${FORMS.map((form) => `  ${form}`).join('\n')}
WHEN is "at 10s", "20s-40s" or nothing; AT is "at 10s". Times count from a cluster at rest.
NODE and LINK are names of ha.cf, REAL is a real server of ldirectord.cf with or without its port,
RESOURCE a word of haresources; SHARE is like 30%, STEP like +1h, SCOPE all, local, foreign or failback (may be left out).

Examples:
  ha rehearse "lb1 loses power at 10s"
  ha rehearse "eth1 of lb2 down 20s-40s; loss 30%" --json
  ha rehearse "192.168.0.1:80 silent at 15s; 192.168.0.2 refuses 20s-1m"
  ha rehearse --file incident.story --ha-cf ./ha.cf --haresources ./haresources
  ha rehearse --random 200        which story of 200 hurts most?

Exit codes: 0 every address ends with one owner and every service with a server, 1 one does not, 2 wrong usage, 6 wrong configuration.`;

const whole =
  (name: string) =>
  (text: string): number => {
    if (!/^\d{1,9}$/.test(text))
      throw new CommanderError(USAGE, 'ha.number', `${name} must be a whole number, not '${text}'`);
    return Number(text);
  };

const milliseconds = (text: string): Millis => {
  const span = parseSpan(text);
  if (span === undefined)
    throw new CommanderError(USAGE, 'ha.time', `--script-time must be a time such as 2s or 500ms, not '${text}'`);
  return span;
};

const sentencesOf = (text: string): Sentences =>
  text
    .split(/[;\n]/)
    .map((piece) => piece.replace(/#.*$/, '').trim())
    .filter((piece) => piece !== '');

const told = ({ coloured, print }: World, { json }: Options, one: Told): number => {
  print(json === true ? reportJson(one) : reportText(one, coloured));
  return one.rehearsal.passed ? 0 : FAILED;
};

/** Does what the sub-command asks for; answers the exit code. Never throws on input. */
const runRehearse = (story: string | undefined, options: Options, world: World): number => {
  const fail = (problem: string, code: number): number => {
    world.complain(`${problem}\n`);
    return code;
  };
  const texts = new Map<string, TextFile>();
  for (const path of [options.haCf, options.haresources, options.ldirectordCf, options.file]) {
    if (path === undefined) continue;
    const read = world.read(path);
    if ('problem' in read) return fail(`ha: ${path}: ${read.problem}`, path === options.file ? USAGE : NOT_CONFIGURED);
    texts.set(path, { path, text: read.text });
  }
  const textOf = (path: string): TextFile => texts.get(path) ?? { path, text: '' };
  const files = readRehearsalFiles(textOf(options.haCf), textOf(options.haresources));
  if (!('config' in files)) return fail(files.map(renderDiagnostic).join('\n'), NOT_CONFIGURED);
  const { config, groups } = files;
  const given = options.ldirectordCf === undefined ? undefined : textOf(options.ldirectordCf);
  const directors = readDirectorFiles(groups, options.haresources, given, (path) => {
    const read = world.read(path);
    return 'text' in read ? read.text : undefined;
  });
  if (!('files' in directors)) return fail(directors.map(renderDiagnostic).join('\n'), NOT_CONFIGURED);
  for (const word of directors.missing)
    world.complain(`ha: no file for ${word} is found: its real servers are not played; see --ldirectord-cf\n`);
  const { seed, scriptTime } = options;
  const cast = castOf({ config, groups, directors });
  const play = (text: string, name: string): Rehearsal | string => {
    const { value, diagnostics } = parseStory(text, name, cast);
    if (diagnostics.length > 0) return diagnostics.map(renderDiagnostic).join('\n');
    return rehearse({ config, groups, directors, story: value, seed, scriptTime });
  };
  if (options.random !== undefined) {
    const found: Found | undefined = searchWorst(cast, options.random, seed, (sentences) => {
      const played = play(sentences.join('; '), 'story');
      return typeof played === 'string' ? undefined : played;
    });
    if (found === undefined) return fail('ha: --random must be at least 1', USAGE);
    return told(world, options, { story: found.sentences, seed, rehearsal: found.rehearsal });
  }
  const file = options.file === undefined ? undefined : textOf(options.file);
  const text = file?.text ?? story;
  if (text === undefined)
    return fail('ha: what shall happen? Say it in words, or name a --file; see ha rehearse --help', USAGE);
  const played = play(text, file?.path ?? 'story');
  if (typeof played === 'string') return fail(played, USAGE);
  return told(world, options, { story: sentencesOf(text), seed, rehearsal: played });
};

/** `ha rehearse`. */
export const rehearseCommand: CommandMaker = (choose) =>
  new Command('rehearse')
    .description(
      'Plays failures with your own ha.cf, haresources and ldirectord.cf, on virtual time: nothing is touched.',
    )
    .argument('[story]', 'what shall happen, in words')
    .option('--file <file>', 'read the story from a file')
    .option('--ha-cf <file>', 'instead of /etc/ha.d/ha.cf', '/etc/ha.d/ha.cf')
    .option('--haresources <file>', 'instead of /etc/ha.d/haresources', '/etc/ha.d/haresources')
    .option('--ldirectord-cf <file>', 'instead of what the ldirectord resources name')
    .option('--seed <number>', 'decides what is left to chance', whole('--seed'), 1)
    .option(
      '--script-time <time>',
      'how long a script takes that is none of our own agents',
      milliseconds,
      millis(1_000),
    )
    .option('--random <number>', 'search so many random stories for the worst', whole('--random'))
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action((story: string | undefined, options: Options) => choose((world) => runRehearse(story, options, world)));
