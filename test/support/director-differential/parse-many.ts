/** Gives many configurations to the genuine program; runs inside its own namespaces (see director-golden/namespace.ts). */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../paths.js';
import { hostsFile } from './hosts.js';

export interface ParseOrder {
  readonly program: string;
  readonly texts: readonly string[];
}

/** What `ldirectord t.cf status` said; its own pid is masked. */
export interface Verdict {
  /** 3: accepted, and nothing runs; 2: refused. */
  readonly rc: string;
  readonly stdout: string;
  readonly stderr: string;
}

const FOLDER = '/run/configs';
const PARSER = join(projectRoot, 'test', 'support', 'director-differential', 'genuine-parser.pl');

const tryAll = ({ program, texts }: ParseOrder): readonly Verdict[] => {
  mkdirSync(FOLDER);
  writeFileSync('/run/hosts', hostsFile('genuine'));
  writeFileSync('/run/resolv', '');
  execFileSync('/bin/mount', ['--bind', '/run/hosts', '/etc/hosts']);
  execFileSync('/bin/mount', ['--bind', '/run/resolv', '/etc/resolv.conf']);
  for (const [index, text] of texts.entries()) writeFileSync(`${FOLDER}/${index}.cf`, text, 'latin1');
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', PERLIO: 'perlio', LANG: 'C' };
  execFileSync('/usr/bin/perl', [PARSER, program, FOLDER, String(texts.length)], { env, cwd: '/' });
  const statuses = readFileSync(`${FOLDER}/rc`, 'latin1').split('\n');
  const said = (index: number, what: string): string =>
    readFileSync(`${FOLDER}/${index}.${what}`, 'latin1').replace(/(Error|Warning) \[\d+\]/g, '$1 [PID]');
  return texts.map((_, index) => ({
    rc: statuses[index] ?? '',
    stdout: said(index, 'out'),
    stderr: said(index, 'err'),
  }));
};

const [, , orderFile, resultFile] = process.argv;
if (orderFile !== undefined && resultFile !== undefined) {
  const order = JSON.parse(readFileSync(orderFile, 'utf8')) as ParseOrder;
  writeFileSync(resultFile, JSON.stringify(tryAll(order)));
  process.exit(0);
}
