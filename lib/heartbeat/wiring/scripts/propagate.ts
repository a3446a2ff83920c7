/** The command ha_propagate: copies the files of the cluster to its other nodes through ssh. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { findProgram } from '../../../platform/exec.js';
import { nodesIn, type PropagationFacts, propagationSteps } from '../../scripts/propagation.js';
import { AUTHKEYS, HA_CF, HARESOURCES, textOf } from '../files/config-files.js';

const installed = (): PropagationFacts['programs'] =>
  Object.fromEntries(
    (['scp', 'ssh', 'chkconfig', 'systemctl'] as const).flatMap((name) => {
      const path = findProgram(name);
      return path === undefined ? [] : [[name, path]];
    }),
  );

const startsAtBoot = ({ systemctl, chkconfig }: PropagationFacts['programs']): boolean | undefined => {
  if (systemctl !== undefined) {
    const said = spawnSync(systemctl, ['is-enabled', 'heartbeat'], { encoding: 'utf8' }).stdout.trim();
    return said === 'enabled' ? true : said === 'disabled' ? false : undefined;
  }
  return chkconfig === undefined ? undefined : spawnSync(chkconfig, ['heartbeat'], { stdio: 'ignore' }).status === 0;
};

/** The exit code: 0 when every step has worked. Passwords are asked for on the terminal. */
export const runPropagate = (): number => {
  const programs = installed();
  const steps = propagationSteps({
    nodes: nodesIn(textOf(HA_CF) ?? ''),
    self: hostname(),
    files: [HA_CF, AUTHKEYS, HARESOURCES].filter(existsSync),
    programs,
    startsAtBoot: startsAtBoot(programs),
  });
  if (typeof steps === 'string') {
    process.stderr.write(`${steps}\n`);
    return 1;
  }
  let code = 0;
  for (const { text, argv } of steps) {
    process.stdout.write(`${text}\n`);
    const [program = '', ...args] = argv;
    if (spawnSync(program, args, { stdio: 'inherit' }).status !== 0) code = 1;
  }
  return code;
};
