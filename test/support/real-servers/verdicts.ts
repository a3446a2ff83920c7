/** What the genuine ldirectord and our checks say about the same servers, side by side in one host of the lab. */
import type { Host } from '../../../lib/lab/host.js';
import { until } from '../../../lib/lab/until.js';
import { millis } from '../../../lib/time.js';
import { evaluateInside } from '../../lab/agents-module.js';

/** One real server of a virtual of its own, and how it is checked. */
export interface Question {
  readonly name: string;
  /** Address of the real server. */
  readonly real: string;
  /** Where the check goes to. */
  readonly port: number;
  /** What stands behind the forwarding method on the real line: request and receive of this real. */
  readonly realMore?: string;
  /** Directives of the virtual, without indentation. */
  readonly lines: readonly string[];
}

export interface Answers {
  /** `up 200 OK`, `down 404 Not Found`: the two fields at the end of genuine's monitorfile, escapes undone. */
  readonly genuine: string;
  /** The same of our verdict. */
  readonly ours: string;
  /** Layer and cause of our verdict; empty: up. */
  readonly cause: string;
}

export interface AskOptions {
  /** Lines at the beginning of the configuration. */
  readonly globals: readonly string[];
  /** For both programs. */
  readonly env?: Readonly<Record<string, string>>;
  /** ha-suite.ini's `[tls] verify`, for ours. */
  readonly verify?: 'genuine' | 'chain' | 'full' | 'off';
  /** Milliseconds until genuine has to have asked everybody. Default 60,000. */
  readonly limit?: number;
}

const CONFIG = '/etc/ha.d/verdicts.cf';

/** Answers like an empty table, quickly; the verdicts are read elsewhere. */
const NO_TABLE = `#!/bin/sh
case $1 in -L) printf 'IP Virtual Server version 1.2.1 (size=4096)\\nProt\\n  -> RemoteAddress:Port\\n';; esac
exit 0
`;

/** The first line of every monitorfile, in order. */
const FIRST_LINES = 'cd /run/verdicts; for n in $(seq 0 $(($1 - 1))); do head -n 1 $n; done';

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

/** Every real has a port of its own, by which its check can be told; the check itself goes elsewhere. */
const FIRST_PORT = 20_001;

const section = ({ real, port, realMore = '', lines }: Question, index: number): string =>
  [
    real.includes(':') ? `virtual6=[2001:db8::5]:${FIRST_PORT + index}` : `virtual=10.0.0.3:${FIRST_PORT + index}`,
    ...[`real${real.includes(':') ? '6' : ''}=${bracketed(real)}:${FIRST_PORT + index} masq ${realMore}`.trimEnd()],
    ...[`checkport=${port}`, ...lines, `monitorfile="/run/verdicts/${index}"`],
  ].join('\n    ');

const unescaped = (text: string): string =>
  text.replace(/%(25|7c|0d|0a)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** The first verdict in a monitorfile. */
const firstVerdict = (text: string): string | undefined => {
  const found = /^.*?\[(up|down)\] (.*)$/m.exec(text);
  return found === null ? undefined : `${found[1]} ${found[2] === '-' ? '' : unescaped(found[2] ?? '')}`.trimEnd();
};

const askGenuine = async (
  host: Host,
  questions: readonly Question[],
  { env = {}, limit = 60_000 }: AskOptions,
): Promise<readonly string[]> => {
  const program = ['/usr/sbin/ldirectord', CONFIG];
  await host.get(['sh', '-c', 'rm -rf /run/verdicts; mkdir -p /run/verdicts']);
  await host.write('/run/ipvsadm', NO_TABLE, '755');
  await host.get(['sh', '-c', 'mountpoint -q /usr/sbin/ipvsadm || mount --bind /run/ipvsadm /usr/sbin/ipvsadm']);
  await host.get([...program, 'start'], { env, timeout: millis(30_000) });
  try {
    const allAsked = async (): Promise<boolean> =>
      Number(await host.get(['sh', '-c', 'find /run/verdicts -type f -size +0 | wc -l'])) >= questions.length;
    await until('a verdict of genuine about every server', allAsked, limit, 500).catch(async (error: unknown) => {
      throw new Error(`${error}: ${await host.read('/var/log/ldirectord.log')}`);
    });
    const lines = (await host.get(['sh', '-c', FIRST_LINES, 'sh', String(questions.length)])).split('\n');
    return questions.map((_, index) => firstVerdict(lines[index] ?? '') ?? 'no verdict');
  } finally {
    await host.run([...program, 'stop'], { env });
    // It ends in its own time; whoever asks next must not find it.
    await until(
      'the end of genuine',
      async () => (await host.run(['pgrep', '-f', 'verdicts.cf start'])).code !== 0,
      30_000,
    );
  }
};

interface OurVerdict {
  readonly state: 'up' | 'down';
  readonly cause?: string;
  readonly detail?: string;
  readonly text: string;
}

/** Through the checker of the daemon, so that what it chooses by checktype and service is the real thing. */
const askChecker = async (
  host: Host,
  questions: readonly Question[],
  { env = {}, verify = 'genuine' }: AskOptions,
): Promise<readonly OurVerdict[]> =>
  (await evaluateInside(
    host,
    ['ldirectord/wiring/checker', 'ldirectord/director', 'platform/director-file'],
    `Object.assign(process.env, ${JSON.stringify(env)});
     const parsed = await m.loadDirectorConfig(${JSON.stringify(CONFIG)}, { debug: false });
     const errors = parsed.diagnostics.filter(({ severity }) => severity === 'error');
     if (errors.length > 0) throw new Error(errors[0].message);
     const found = new Map();
     const director = m.adopt(parsed.value, { services: [] });
     return new Promise((resolve) => {
       const checker = m.createChecker({
         mono: () => performance.now(),
         verify: ${JSON.stringify(verify)},
         log: () => undefined,
         onStart: () => undefined,
         onVerdict: (probe, verdict) => {
           for (const { real } of director.membersByProbe.get(probe))
             if (!found.has(real.port)) found.set(real.port, verdict);
           if (found.size < ${questions.length}) return;
           checker.stop();
           resolve(Array.from({ length: ${questions.length} }, (_, at) => found.get(${FIRST_PORT} + at)));
         },
       });
       checker.follow(director);
     });`,
  )) as readonly OurVerdict[];

const writeConfig = (host: Host, questions: readonly Question[], { globals }: AskOptions): Promise<void> =>
  host.write(CONFIG, `${[...globals, ...questions.map(section)].join('\n')}\n`);

const inWords = (verdict: OurVerdict | undefined): Pick<Answers, 'ours' | 'cause'> => ({
  ours: verdict === undefined ? 'not asked' : `${verdict.state} ${verdict.text}`.trimEnd(),
  cause: [verdict?.cause, verdict?.detail].filter(Boolean).join(' '),
});

/** Asks both about all servers; the answers have the order of the questions. Rejects when one of them cannot be asked. */
export const askBoth = async (
  host: Host,
  questions: readonly Question[],
  options: AskOptions,
): Promise<readonly Answers[]> => {
  await writeConfig(host, questions, options);
  const genuine = await askGenuine(host, questions, options);
  const ours = await askChecker(host, questions, options);
  return questions.map((_, index) => ({ genuine: genuine[index] ?? 'not asked', ...inWords(ours[index]) }));
};

/** Asks only ours, for what genuine does not have. */
export const askOurs = async (
  host: Host,
  questions: readonly Question[],
  options: AskOptions,
): Promise<readonly Pick<Answers, 'ours' | 'cause'>[]> => {
  await writeConfig(host, questions, options);
  return (await askChecker(host, questions, options)).map(inWords);
};
