/** Builds network namespaces for traffic tests and talks to the peer process inside each. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../support/paths.js';

/** A host: a namespace with a peer in it. */
export interface Host {
  readonly namespace: string;
  /** Asks the peer to do something; rejects with the peer's own error. */
  readonly call: <T = unknown>(op: string, request?: Readonly<Record<string, unknown>>) => Promise<T>;
  /** Runs a program in the namespace and gives its output; throws when it fails. */
  readonly run: (program: string, ...args: readonly string[]) => string;
}

export interface Lab {
  readonly host: (name: string) => Host;
  readonly close: () => Promise<void>;
}

/** One host: the commands of `ip -batch` that give it its addresses and routes, and whether it forwards. */
export interface HostPlan {
  readonly forwards?: boolean;
  readonly ip: readonly string[];
}

const ip = (args: readonly string[], input?: string): void => {
  const result = spawnSync('ip', args, { encoding: 'utf8', ...(input === undefined ? {} : { input }) });
  if (result.status !== 0) throw new Error(`ip ${args.join(' ')}: ${result.stderr || result.error?.message}\n${input}`);
};

const peerProgram = join(projectRoot, 'dist', 'build', 'test', 'ipvs', 'peer.js');

const startPeer = (namespace: string): { readonly call: Host['call']; readonly child: ChildProcess } => {
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, peerProgram], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => {
    const { result, error } = JSON.parse(text) as { result?: unknown; error?: string };
    const next = waiting.shift();
    if (error === undefined) next?.resolve(result);
    else next?.reject(new Error(`${namespace}: ${error}`));
  });
  child.once('exit', () => {
    for (const one of waiting) one.reject(new Error(`${namespace}: the peer has ended`));
  });
  const call = (op: string, request = {}) =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      child.stdin.write(`${JSON.stringify({ op, ...request })}\n`);
    });
  return { call: call as Host['call'], child };
};

/**
 * Makes the hosts, and the links between them (`ip -batch` commands for the namespace of the test; `namespaceOf` gives the
 * names of the hosts' own). Everything is removed again by `close`, and when something goes wrong on the way.
 */
export const createLab = async (
  hosts: Readonly<Record<string, HostPlan>>,
  links: (namespaceOf: (name: string) => string) => readonly string[],
): Promise<Lab> => {
  const names = Object.keys(hosts);
  // The process id keeps runs at the same time, and what a killed run left behind, apart.
  const namespaceOf = (name: string) => `ipvs-${process.pid}-${name}`;
  const peers = new Map<string, ReturnType<typeof startPeer>>();
  const close = async (): Promise<void> => {
    for (const { child } of peers.values()) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null) {
        child.kill('SIGKILL');
        await ended;
      }
    }
    for (const name of names) spawnSync('ip', ['netns', 'del', namespaceOf(name)]);
  };
  try {
    ip(['-batch', '-'], [...names.map((name) => `netns add ${namespaceOf(name)}`), ...links(namespaceOf)].join('\n'));
    for (const [name, plan] of Object.entries(hosts))
      ip(['-n', namespaceOf(name), '-batch', '-'], ['link set dev lo up', ...plan.ip].join('\n'));
    for (const name of names) peers.set(name, startPeer(namespaceOf(name)));
    for (const [name, plan] of Object.entries(hosts)) {
      const call = peers.get(name)?.call;
      await call?.('ready');
      if (plan.forwards === true)
        for (const path of ['/proc/sys/net/ipv4/ip_forward', '/proc/sys/net/ipv6/conf/all/forwarding'])
          await call?.('write', { path, value: '1' });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const host = (name: string): Host => {
    const peer = peers.get(name);
    if (peer === undefined) throw new Error(`no host ${name}`);
    return {
      namespace: namespaceOf(name),
      call: peer.call,
      run: (program, ...args) => {
        const result = spawnSync('ip', ['netns', 'exec', namespaceOf(name), program, ...args], { encoding: 'utf8' });
        if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stderr}`);
        return result.stdout;
      },
    };
  };
  return { host, close };
};

/** How often each answer came, without the client's address: `{ 'r1:80': 20, 'r2:80': 20 }`. */
export const tally = (answers: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    const name = answer.split(' ')[0] ?? '';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};
