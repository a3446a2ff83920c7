/** `npm start`: the article's pair of directors, live, on this machine and without touching it. */
import type { Event } from './model.js';
import { seconds } from './model.js';
import { createStage, type Stage } from './stage.js';
import { playStory, storyPlan } from './story.js';
import { drawOn } from './terminal.js';
import type { Topology } from './topology.js';

const HELP = `usage: npm start [-- --keep] [-- --plain]

Builds two directors, two web servers, a ping node and clients out of network namespaces, runs the configuration of
packaging/examples/linux-ha-lvs-pair on them, and shows what happens when a web server and a director die and return.
Needs root. Nothing of the machine itself is changed, and everything is gone at the end.

  --keep    do not stop the pair at the end: leave it running, and say how to look inside, until Ctrl-C
  --plain   print lines also on a terminal
  --help    this text

Exit status: 0 when every step held, 1 when one did not, 130 after Ctrl-C.
`;

/** The whole demonstration must end by itself within this time, with --keep the part before the waiting. */
const LIMIT_MS = 90_000;

const lookInside = ({ lab, directors }: Topology): string => {
  const enter = (argv?: readonly string[]): string => directors.LB1.host.enterCommand(argv);
  const hosts = [...lab.hosts.values()].map((host) => `  ${host.name.padEnd(9)} ${host.enterCommand()}`);
  return `
The pair is running. In another terminal, as root, a shell inside each host:
${hosts.join('\n')}

Things to try on LB1 (type exit to leave):
  ${enter(['cl_status', 'listnodes', '-v'])}
  ${enter(['cl_status', 'rscstatus', '-m'])}
  ${enter(['ldirectord-ts', 'ldirectord.cf', 'status'])}
  ${enter(['ha-ipvsadm', '-L', '-n'])}
  ${enter(['hb_standby'])}
  ${enter(['tail', '-f', '/var/log/ha-log'])}
  ${directors.LB1.host.enterCommand(['ip', 'link', 'set', 'dev', 'eth0', 'down'])}

End it with Ctrl-C here; everything is cleaned up.
`;
};

const printEvent = ({ at, text }: Event): void => {
  process.stdout.write(`${seconds(at).padStart(8)}  ${text}\n`);
};

/** Steps as plain lines, when they begin and when they end. */
const announceSteps = (stage: Stage): Stage => ({
  ...stage,
  setStep: (index, change) => {
    stage.setStep(index, change);
    const { title, result } = stage.picture().steps[index] ?? { title: '', result: '' };
    if (change.status === 'running') printEvent({ at: stage.now(), text: `== ${title}` });
    if (change.status === 'done') printEvent({ at: stage.now(), text: `ok ${title}: ${result}` });
    if (change.status === 'failed') printEvent({ at: stage.now(), text: `FAILED ${title}: ${result}` });
  },
});

const summary = (stage: Stage): string => {
  const { steps, now } = stage.picture();
  const lines = steps.map(
    ({ title, status, result }) => `  ${status.padEnd(7)} ${title}${result === '' ? '' : `: ${result}`}`,
  );
  return `${lines.join('\n')}\n  ${seconds(now)} s\n`;
};

/** The ends of the logs, for whoever has to find out why a step did not hold. */
const logTails = async ({ directors }: Topology): Promise<string> => {
  const parts = await Promise.all(
    Object.values(directors).map(async (node) => {
      const ldirectord = (await node.host.read('/var/log/ldirectord.log')).split('\n').slice(-15);
      return [`--- ${node.host.name} ha-log`, ...(await node.log()).slice(-30), `--- ldirectord.log`, ...ldirectord];
    }),
  );
  return `${parts.flat().join('\n')}\n`;
};

const main = async (argv: readonly string[]): Promise<number> => {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  const unknown = argv.find((word) => !['--keep', '--plain'].includes(word));
  if (unknown !== undefined) {
    process.stderr.write(`unknown option ${unknown}\n\n${HELP}`);
    return 2;
  }
  if (process.getuid?.() !== 0) {
    process.stderr.write('network namespaces need root: run this as root\n');
    return 1;
  }
  const keep = argv.includes('--keep');
  const drawn = process.stdout.isTTY === true && process.env.TERM !== 'dumb' && !argv.includes('--plain');
  const bare = createStage(storyPlan(keep), drawn ? () => undefined : printEvent);
  const stage = drawn ? bare : announceSteps(bare);
  let topology: Topology | undefined;
  let reason: 'interrupted' | 'late' | undefined;
  let interrupt = (): void => undefined;
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve;
  });
  // Repeated signals are common (terminal, npm and the set-up all pass them on): they must not cut the clean-up short.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      reason ??= 'interrupted';
      interrupt();
    });
  }
  // Whoever reads our output has gone away: the same as Ctrl-C.
  process.stdout.on('error', () => {
    reason ??= 'interrupted';
    interrupt();
  });
  const alarm = setTimeout(() => {
    reason ??= 'late';
    interrupt();
  }, LIMIT_MS);
  const terminal = drawn ? drawOn(process.stdout, stage.picture) : undefined;
  try {
    const held = await Promise.race([
      playStory(
        stage,
        keep,
        (opened) => {
          topology = opened;
        },
        () => reason !== undefined,
      ),
      interrupted.then(() => false),
    ]);
    clearTimeout(alarm);
    terminal?.leave();
    if (drawn) process.stdout.write(summary(stage));
    if (reason === 'interrupted') process.stdout.write('interrupted: cleaning up\n');
    if (reason === 'late') process.stdout.write(`not done within ${LIMIT_MS / 1000} s\n`);
    if (!held && reason !== 'interrupted' && topology !== undefined) process.stdout.write(await logTails(topology));
    if (held && keep && topology !== undefined) {
      process.stdout.write(lookInside(topology));
      await interrupted;
      return 0;
    }
    if (held) process.stdout.write('every step held\n');
    return held ? 0 : reason === 'interrupted' ? 130 : 1;
  } finally {
    clearTimeout(alarm);
    stage.close();
    terminal?.leave();
    await topology?.lab.close();
  }
};

process.exitCode = await main(process.argv.slice(2));
// Pipes of observers that ended with their hosts may still be open; nothing is left to wait for.
process.exit();
