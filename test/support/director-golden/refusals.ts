/** Gives many configurations to the program, a few at once; runs inside its own namespaces (see namespace.ts). */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

export interface RefusalOrder {
  readonly program: readonly string[];
  readonly configs: readonly string[];
  readonly hosts: string;
}

export interface Refusal {
  readonly rc: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly log: string;
}

/** How many programs run at the same time. */
const AT_ONCE = 3;

const run = (program: readonly string[], argv: readonly string[]): Promise<Omit<Refusal, 'log'>> =>
  new Promise((resolve) => {
    const [file = '', ...first] = program;
    const child = spawn(file, [...first, ...argv], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk.toString('utf8');
    });
    child.on('close', (code, signal) => resolve({ rc: code ?? String(signal), stdout, stderr }));
  });

/** Starts the program with every configuration; each lane has a file of its own, which the texts call t.cf. */
const tryAll = async ({ program, configs, hosts }: RefusalOrder): Promise<readonly Refusal[]> => {
  writeFileSync('/run/hosts', hosts);
  writeFileSync('/run/resolv', '');
  await run(['/bin/sh'], ['-c', 'mount --bind /run/hosts /etc/hosts; mount --bind /run/resolv /etc/resolv.conf']);
  const results: Refusal[] = [];
  let next = 0;
  const lane = async (name: string): Promise<void> => {
    for (let index = next++; index < configs.length; index = next++) {
      writeFileSync(`/etc/ha.d/${name}`, configs[index] ?? '');
      const { rc, stdout, stderr } = await run(program, [name, 'start']);
      const log = readFileSync('/var/log/ldirectord.log', 'utf8')
        .split('\n')
        .filter((line) => line.includes(`|${name}|`));
      results[index] = {
        rc,
        stdout: stdout.replaceAll(name, 't.cf'),
        stderr: stderr.replaceAll(name, 't.cf'),
        log: (log.at(-1) ?? '').replace(/^\[[^\]]*\] /, ''),
      };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => lane(`t${index}.cf`)));
  return results;
};

const [, , orderFile, resultFile] = process.argv;
if (orderFile !== undefined && resultFile !== undefined) {
  const order = JSON.parse(readFileSync(orderFile, 'utf8')) as RefusalOrder;
  writeFileSync(resultFile, JSON.stringify(await tryAll(order)));
  process.exit(0);
}
