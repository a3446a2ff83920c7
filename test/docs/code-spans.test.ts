/**
 * What README and docs/ set in code is real: commands, options, files, settings and scripts exist, and every log line
 * that is quoted stands in the code. What is none of the known sorts counts as a quoted line.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { VOCABULARY } from '../../lib/config/suite.js';
import { DIRECTIVES } from '../../lib/heartbeat/config/ha-cf.js';
import { globalDirectives } from '../../lib/ldirectord/config/global-directives.js';
import { sectionDirectives } from '../../lib/ldirectord/config/section-directives.js';
import { manualOf, optionsOf, pageSource, pages } from '../support/manual-pages.js';
import { projectRoot } from '../support/paths.js';

/** Neither the laboratory nor the demonstration: what they say is no line of a daemon. */
const PARTS = ['agents', 'config', 'heartbeat', 'ipvs', 'ldirectord', 'platform'];

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

const sourcesBelow = (folder: string): readonly string[] =>
  readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));

/** Comments are no code. */
const withoutComments = (source: string): string => source.replace(/^\s*(\/\*\*|\*|\/\/).*$/gm, '');

/** The text of the program, each file apart, and of the pages and files that go with it. */
const code = [...PARTS.map((part) => join('lib', part)), 'bin', 'resource.d']
  .flatMap(sourcesBelow)
  .map(withoutComments);
const surroundings = [...code, ...pages.map(pageSource), ...sourcesBelow('packaging')];

/** Units, init scripts and the like that the package brings, by their names. */
const packaged = new Set(
  readdirSync(join(projectRoot, 'packaging'), { recursive: true, encoding: 'utf8' }).map((path) => basename(path)),
);

const packageJson = JSON.parse(read('package.json')) as {
  bin: Record<string, string>;
  scripts: Record<string, string>;
};

const SETTINGS = new Set([
  ...Object.keys(DIRECTIVES),
  ...[...globalDirectives, ...sectionDirectives].map(({ name }) => name),
  ...['udp', 'virtual', 'virtual6', 'auth'],
  ...Object.values(VOCABULARY).flatMap((keys) => Object.keys(keys)),
]);

/** Programs of the system, and of the genuine packages, that the pages call. */
const TOOLS = new Set([
  ...['base64', 'man', 'tr'],
  ...[
    'apt',
    'apt-get',
    'apt-mark',
    'arping',
    'bash',
    'cat',
    'cd',
    'chmod',
    'chown',
    'cp',
    'curl',
    'diff',
    'do',
    'done',
    'dpkg',
    'echo',
  ],
  ...[
    'for',
    'getent',
    'git',
    'grep',
    'head',
    'heartbeat',
    'hostname',
    'ip',
    'ipvsadm',
    'kill',
    'ldirectord',
    'ln',
    'ls',
    'mailq',
    'mv',
  ],
  ...[
    'nc',
    'nft',
    'node',
    'npm',
    'npx',
    'nsenter',
    'ping',
    'printf',
    'ps',
    'rm',
    'scp',
    'sed',
    'setpriv',
    'sleep',
    'ss',
    'stonith',
  ],
  ...[
    'stty',
    'sudo',
    'sysctl',
    'systemctl',
    'tail',
    'tcpdump',
    'test',
    'touch',
    'tsc',
    'uname',
    'update-rc.d',
    'journalctl',
    'apt-cache',
  ],
]);

/** `dist/bin/NAME.js` and `/usr/local/sbin/NAME` are the command NAME. */
const commandIn = (word: string): string => (word.includes('/') || word.endsWith('.js') ? basename(word, '.js') : word);
const isOurs = (word: string): boolean => Object.hasOwn(packageJson.bin, commandIn(word));

/** Options of one of our commands that it does not have. */
const unknownOptions = (words: readonly string[]): readonly string[] => {
  const [name = '', ...rest] = words;
  // Each sub-command of `ha` has a page of its own; a page that is missing is a sub-command that does not exist.
  const [sub = ''] = rest;
  const page = commandIn(name) === 'ha' && /^[a-z]/.test(sub) ? `ha-${sub}` : commandIn(name);
  const known = optionsOf(manualOf(page));
  return rest
    .filter((word) => /^--?[A-Za-z?]/.test(word))
    .map((word) => word.replace(/[;,)]$/, ''))
    .filter((word) => !known.includes(word) && ![...word.slice(1)].every((letter) => known.includes(`-${letter}`)));
};

/** The commands of a line: between pipes, semicolons and the like; each as words. Quoted text and comments are no commands. */
const commandsOf = (line: string): readonly (readonly string[])[] =>
  line
    .replace(/(^|\s)#.*$/, '')
    .replace(/'[^']*'|"[^"]*"/g, 'QUOTED')
    .split(/\|\|?|&&|;|\$\(|\)/)
    .map((part) => part.trim().split(/\s+/))
    .filter(([first = '']) => first !== '');

const wrongCommand = (words: readonly string[]): string | undefined => {
  const [first = '', second = '', third = ''] = words;
  if (isOurs(first)) {
    const unknown = unknownOptions(words);
    return unknown.length === 0 ? undefined : `${first} has no option ${unknown.join(', ')}`;
  }
  if (first === 'npm') {
    const script = second === 'run' ? third : ['start', 'test'].includes(second) ? second : undefined;
    return script === undefined || Object.hasOwn(packageJson.scripts, script) ? undefined : `no npm script ${script}`;
  }
  return TOOLS.has(first) || first.startsWith('/') ? undefined : `unknown command ${first}`;
};

const inCode = (text: string): boolean => code.some((source) => source.includes(text));

/** `<name>` and … stand for anything; what is between them must stand in the code, all of it in one file. */
const quoted = (span: string): boolean => {
  const parts = span
    .split(/<[^<>]*>|…/)
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== '.');
  return parts.length > 0 && code.some((source) => parts.every((part) => source.includes(part)));
};

/** A path of the repository that is not there; built files count by what they are built from. */
const missingInProject = (path: string): boolean =>
  !existsSync(
    join(
      projectRoot,
      path
        .replace(/^dist\/(.*)\.js$/, '$1.ts')
        .replace(/^dist\/?$/, '.')
        .replace(/\/\*.*$/, ''),
    ),
  );

/** Words of other programs and of the wire, and what only looks like code. */
const FOREIGN = new Set([
  ...[
    '<…>',
    'step(state, event, now) -> effects',
    'LimitMEMLOCK=infinity',
    'dummy0',
    'req_resource',
    'rc.d/*',
    'nodejs',
  ],
  // What servers answer to a check; the beginning of a message that is put together.
  ...['1045', '28P01', '-ERR …', 'NO …', 'SIP/2.0 503 …', 'Error [1234] reading file'],
]);

/** `L7STATUS 503`: the cause is one of ours, what follows is the server's. */
const isCause = (span: string): boolean => {
  const [, cause = ''] = /^(L\d[A-Z]+|MAINTENANCE)( |$)/.exec(span) ?? [];
  return cause !== '' && code.some((source) => source.includes(`| '${cause}'`));
};

const wrongSystemPath = (path: string): string | undefined => {
  if (!/^\/(etc\/ha\.d|run|var\/run|var\/lib\/heartbeat)\b/.test(path)) return undefined;
  // What follows a placeholder such as NAME, or a list of names, is not looked at.
  const stem = path.replace(/([A-Z]{3,}|[{*]).*$/, '').replace(/\/$/, '');
  return surroundings.some((source) => source.includes(stem)) ? undefined : 'no file that the suite knows';
};

/** What is wrong with a span; undefined: nothing. */
const wrong = (span: string): string | undefined => {
  const [first = ''] = span.split(/[\s=]/);
  if (FOREIGN.has(span) || isCause(span)) return undefined;
  if (/<[a-z ]+>/.test(span) || /^[A-Z][a-z]+[ :].*[a-z]/.test(span))
    return quoted(span) ? undefined : 'no line of the code';
  if (/^(man|docs|lib|bin|test|scripts|packaging|dist|resource\.d|compat-fixtures)\//.test(span))
    return missingInProject(span) ? 'no such file' : undefined;
  if (/^\/[^\s;]*$/.test(span)) return wrongSystemPath(span);
  if (/^--?[A-Za-z?][\w-]*$/.test(span)) {
    const everywhere = pages.flatMap((page) => optionsOf(manualOf(page.replace(/\.\d$/, ''))));
    return everywhere.includes(span) ? undefined : 'no option of any command';
  }
  if (packaged.has(span)) return undefined;
  if (/^HA_SUITE_\w+=/.test(span)) return inCode(first) ? undefined : 'no variable of the code';
  if (SETTINGS.has(first) || /^\[\w+( \w+)?\]/.test(span) || /^\d+ (sha1|md5|crc)\b/.test(span)) return undefined;
  if (isOurs(first) || TOOLS.has(first) || first.startsWith('/'))
    return commandsOf(span)
      .map(wrongCommand)
      .find((problem) => problem !== undefined);
  return inCode(span) || quoted(span) || existsSync(join(projectRoot, span))
    ? undefined
    : 'neither known nor a line of the code';
};

/** Fenced blocks by their language, and the text between them. */
const parted = (text: string) => {
  const fence = /^```(\w*)[^\n]*\n(.*?)^```$/gms;
  const blocks = [...text.matchAll(fence)].map(([, language = '', block = '']) => ({ language, block }));
  return { blocks, prose: text.replace(fence, '') };
};

const PAGES = [
  'README.md',
  ...['replace-a-node', 'going-back', 'troubleshooting', 'security', 'extend'].map((name) => `docs/${name}.md`),
];

describe.each(PAGES)('%s', (path) => {
  const { blocks, prose } = parted(read(path));

  test('everything that is set in code exists', () => {
    const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span.replaceAll('\\|', '|'));
    const problems = [...new Set(spans)].flatMap((span) => {
      const problem = wrong(span);
      return problem === undefined ? [] : [`${span}: ${problem}`];
    });
    expect(problems).toEqual([]);
  });

  test('the command lines of its blocks exist', () => {
    // A block that begins with a section is a file.
    const commands = blocks.filter(({ language, block }) => language === '' && !/^\[\w+\]$/m.test(block));
    const lines = commands.flatMap(({ block }) => block.replaceAll('\\\n', ' ').split('\n'));
    expect(lines.flatMap(commandsOf).flatMap((words) => wrongCommand(words) ?? [])).toEqual([]);
  });
});

test('a line that nobody logs is found', () => {
  expect(wrong('Heartbeat has exploded on node <name>')).toBeDefined();
  expect(wrong('cl_status rscstatus --nosuch')).toBeDefined();
  expect(wrong('man/nosuch.8')).toBeDefined();
  expect(wrong('npm run nosuch')).toBeDefined();
  expect(wrong('/etc/ha.d/nosuch')).toBeDefined();
});
