/**
 * A stand-in for ipvsadm and the kernel behind it that can be slow, fail, hang, or be cut off in the middle of a batch:
 * what the daemon must live with. Each line of a batch takes effect by itself, as in the real kernel.
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createKernel, type SimCall, type SimKernel } from '../director-golden/kernel.js';

/** How ipvsadm behaves at the moment. */
export interface Manners {
  /** Milliseconds before each changing line. */
  readonly delay?: number;
  /** It neither answers nor ends. */
  readonly hangs?: boolean;
  /** It ends at once with this message, and nothing is done. */
  readonly fails?: string;
}

export interface MadeCall extends SimCall {
  /** The process that asked for it. */
  readonly pid: number;
}

export interface KernelServer {
  readonly kernel: SimKernel;
  /** Changes asked for by programs, in order. */
  readonly calls: readonly MadeCall[];
  /** How often ipvsadm was run, for whatever reason. */
  readonly runs: () => number;
  /** Runs under way, and those of them that change something. */
  readonly busy: () => number;
  readonly writing: () => number;
  readonly behave: (manners: Manners) => void;
}

/** Perl starts in a few milliseconds. It sends words and input, and prints what comes back: status, output, complaint. */
const clientText = (socket: string): string => `#!/usr/bin/perl
use Socket;
my $input = ($ARGV[0] // '') eq '-R' ? do { local $/; <STDIN> // '' } : '';
my $s;
socket($s, AF_UNIX, SOCK_STREAM, 0) and connect($s, sockaddr_un('${socket}')) or exit 70;
my $text = join("\\0", $$, @ARGV) . "\\1$input\\2";
while (length $text) { my $n = syswrite($s, $text) or exit 71; substr($text, 0, $n) = '' }
my $answer = do { local $/; <$s> // '' };
exit 72 if $answer eq '';
my ($code, $out, $err) = split /\\0/, $answer, -1;
print STDOUT $out; print STDERR $err; exit $code;
`;

const wordsOf = (line: string): readonly string[] => line.split(/\s+/).filter((word) => word !== '');
const isChange = (words: readonly string[]): boolean => /^-[AEDaedC]$/.test(words[0] ?? '');

/** Serves one kernel to the program at `program`, through a socket beside it. */
export const startKernelServer = async (program: string): Promise<KernelServer> => {
  const kernel = createKernel();
  const calls: MadeCall[] = [];
  let manners: Manners = {};
  let [runs, busy, writing] = [0, 0, 0];
  const answer: KernelServer = {
    kernel,
    calls,
    runs: () => runs,
    busy: () => busy,
    writing: () => writing,
    behave: (next) => {
      manners = next;
    },
  };
  const perform = async (
    pid: number,
    argv: readonly string[],
    input: string,
    isGone: () => boolean,
  ): Promise<string> => {
    const lines = argv[0] === '-R' ? input.split('\n').map(wordsOf) : [argv];
    let [code, stdout, stderr] = [0, '', ''];
    for (const words of lines) {
      if (words.length === 0) continue;
      if (isChange(words) && (manners.delay ?? 0) > 0) await pause(manners.delay);
      // The program was killed: the kernel never hears of the rest.
      if (isGone()) return '';
      const result = kernel.run(words, '', (call) => calls.push({ ...call, pid }));
      stdout += result.stdout;
      stderr += result.stderr;
      if (argv[0] !== '-R' || result.code === 2) code = result.code;
      if (result.code === 2) break;
    }
    return [String(code), stdout, stderr].join('\0');
  };
  const serve = (connection: Socket): void => {
    let text = '';
    let gone = false;
    runs += 1;
    connection.on('error', () => undefined);
    for (const event of ['end', 'close'] as const)
      connection.on(event, () => {
        gone = true;
      });
    connection.on('data', (chunk) => {
      text += chunk.toString('utf8');
      if (!text.endsWith('\x02')) return;
      const [head = '', input = ''] = text.slice(0, -1).split('\x01');
      const [pid, ...argv] = head.split('\0');
      const { hangs, fails } = manners;
      if (hangs === true) return;
      if (fails !== undefined) connection.end(['1', '', `${fails}\n`].join('\0'));
      else {
        const changes = argv[0] === '-R' ? input.split('\n').map(wordsOf) : [argv];
        const writes = changes.some(isChange) ? 1 : 0;
        busy += 1;
        writing += writes;
        void perform(Number(pid), argv, input, () => gone).then((answer) => {
          busy -= 1;
          writing -= writes;
          connection.end(answer);
        });
      }
    });
  };
  await new Promise<void>((resolve) => {
    createServer(serve).listen(`${program}.socket`, resolve);
  });
  writeFileSync(program, clientText(`${program}.socket`));
  chmodSync(program, 0o755);
  return answer;
};
