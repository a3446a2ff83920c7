/** Plays cases one after the other against both programs at once; runs inside its own namespaces (see director-golden/namespace.ts). */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { DirectorConfig } from '../../../lib/ldirectord/config/model.js';
import { parseDirectorConfig } from '../../../lib/ldirectord/config/parse.js';
import type { CliResult } from '../director-golden/replay.js';
import { SCRIPTS } from './config-arbitrary.js';
import { worldFacts } from './facts.js';
import { PULSE, REALS } from './hosts.js';
import { type Machines, startMachines } from './machines.js';
import { type Difference, differencesOf, type Observation, tableEntries } from './observe.js';
import { type Context, fallbackCall, LINE_RULES, RULES } from './rules.js';
import { CONFIG, logOf, openSide, type Side, type SideName } from './side.js';
import type { HandChange, Mode, WorldCase, WorldEvent } from './world.js';

export interface LaneOrder {
  readonly programs: Readonly<Record<SideName, readonly string[]>>;
  readonly cases: readonly { readonly index: number; readonly world: WorldCase }[];
}

/** One step of a case in which the programs differed for no accepted reason. */
export interface Trouble {
  readonly step: string;
  readonly differences: readonly Difference[];
  readonly genuine: Observation;
  readonly ours: Observation;
}

export interface CaseResult {
  readonly index: number;
  readonly steps: number;
  /** Names of the rules that were needed. */
  readonly used: readonly string[];
  readonly trouble: Trouble | undefined;
  readonly seconds: number;
}

/** How long ours may take to come to where genuine is, and how long nothing must happen then (milliseconds). */
const LONGEST = 20_000;
/** Genuine starts three processes for every change: on a busy machine a start takes its time. */
const PATIENCE = 180_000;
const QUIET = 200;
/** Genuine is asleep so long after its pulse. */
const ASLEEP = 15;

const CONFIG_PATH = `/etc/ha.d/${CONFIG}`;
const NOTES = { checks: '/run/check.out', fallbacks: '/run/fallback.out' } as const;

/** The world tells the scripts of both sides how a machine behaves in this folder. */
const MODES_FOLDER = '/mnt/modes';

const script = `mode=up; [ -r "${MODES_FOLDER}/$3" ] && read -r mode < "${MODES_FOLDER}/$3"
echo "$*" >> ${NOTES.checks}
case $mode in up|slow) exit 0;; gone|silent|late) exec sleep 20;; *) exit 1;; esac
`;
const perlScript = `my $mode = 'up';
if (open(my $in, '<', "${MODES_FOLDER}/$ARGV[2]")) { $mode = <$in>; chomp $mode }
if ($mode =~ /^(gone|silent|late)$/) { sleep 20 }
exit($mode =~ /^(up|slow)$/ ? 0 : 1);
`;
const SCRIPT_TEXTS = {
  [SCRIPTS.check]: `#!/bin/sh\n${script}`,
  [SCRIPTS.perlCheck]: `#!/usr/bin/perl\n${perlScript}`,
  [SCRIPTS.fallback]: `#!/bin/sh\necho "$*" >> ${NOTES.fallbacks}\n`,
};

const NOTICED = /\] (Configuration file '\S+' has changed on disk| - ignore new configuration)$/;

const until = async (condition: () => boolean, limit = LONGEST): Promise<boolean> => {
  const end = Date.now() + limit;
  while (!condition()) {
    if (Date.now() > end) return false;
    await pause(15);
  }
  return true;
};

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

const byPlace = (calls: readonly string[]): readonly string[] =>
  [...calls].sort((one, other) =>
    fallbackCall(one)[0] < fallbackCall(other)[0] ? -1 : Number(fallbackCall(one)[0] !== fallbackCall(other)[0]),
  );

interface Mark {
  readonly calls: number;
  readonly log: number;
  readonly notes: Readonly<Record<string, number>>;
}

class Lane {
  private readonly pulses: Record<SideName, number> = { genuine: 0, ours: 0 };
  private nudging = false;
  private cli: Record<SideName, CliResult[]> = { genuine: [], ours: [] };
  private marks: Record<SideName, Mark> | undefined;
  private modes: Record<string, Mode> = {};
  private config: DirectorConfig = this.parse('');
  private text: readonly string[] = [];
  private previous: DirectorConfig | undefined;
  private previousText: readonly string[] = [];
  private readonly deletedByHand = new Set<string>();
  private used = new Set<string>();

  private constructor(
    private readonly sides: Readonly<Record<SideName, Side>>,
    private machines: Machines,
  ) {}

  static async open(programs: LaneOrder['programs']): Promise<Lane> {
    execFileSync('/bin/mount', ['-t', 'tmpfs', 'none', '/mnt']);
    execFileSync('/bin/mkdir', [MODES_FOLDER]);
    for (const address of REALS)
      execFileSync(
        '/usr/sbin/ip',
        address.includes(':')
          ? ['-6', 'addr', 'add', `${address}/128`, 'dev', 'lo', 'nodad']
          : ['addr', 'add', `${address}/32`, 'dev', 'lo'],
      );
    const sides = {
      genuine: await openSide('genuine', programs.genuine, '/mnt/genuine'),
      ours: await openSide('ours', programs.ours, '/mnt/ours'),
    };
    let heard: (side: SideName) => void = () => undefined;
    const machines = await startMachines((side) => heard(side));
    const lane = new Lane(sides, machines);
    heard = (side) => lane.onPulse(side);
    return lane;
  }

  private parse(text: string): DirectorConfig {
    return parseDirectorConfig(text, CONFIG_PATH, worldFacts).value;
  }

  /** A round of genuine is over: what it sleeps until the next one need not be waited for (reference 5.1: any signal ends it). */
  private onPulse(side: SideName): void {
    this.pulses[side] += 1;
    if (side === 'genuine' && this.nudging)
      setTimeout(() => {
        const pid = this.sides.genuine.pid();
        if (pid !== undefined && this.nudging) this.signal(pid, 'SIGCHLD');
      }, ASLEEP);
  }

  private signal(pid: number, signal: NodeJS.Signals): void {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended in the meantime.
    }
  }

  private both<T>(act: (side: Side) => Promise<T>): Promise<readonly [T, T]> {
    return Promise.all([act(this.sides.genuine), act(this.sides.ours)]);
  }

  private async run(...words: readonly string[]): Promise<void> {
    await this.both(async (side) => {
      this.cli[side.name].push(await side.run(CONFIG, ...words));
    });
  }

  private each(act: (side: Side) => void): void {
    act(this.sides.genuine);
    act(this.sides.ours);
  }

  private async setModes(modes: Readonly<Record<string, Mode>>): Promise<void> {
    this.modes = { ...this.modes, ...modes };
    for (const [host, mode] of Object.entries(modes)) {
      const name = host.includes(':') ? `[${host}]` : host;
      writeFileSync(`${MODES_FOLDER}/${name}`, `${mode}\n`);
    }
    await this.machines.set(modes);
  }

  private mark(): void {
    const markOf = (side: Side): Mark => ({
      calls: side.ipvs.calls.length,
      log: logOf(side).length,
      notes: Object.fromEntries(Object.values(NOTES).map((file) => [file, side.read(file).length])),
    });
    this.marks = { genuine: markOf(this.sides.genuine), ours: markOf(this.sides.ours) };
    this.cli = { genuine: [], ours: [] };
  }

  private observe(side: Side): Observation {
    const mark = this.marks?.[side.name] ?? { calls: 0, log: 0, notes: {} };
    const noteLines = (file: string): readonly string[] => lines(side.read(file).slice(mark.notes[file] ?? 0));
    return {
      table: side.ipvs.kernel.lines(),
      calls: side.ipvs.calls.slice(mark.calls),
      // Either may have seen the new file before it was told: that is a matter of milliseconds.
      log: lines(logOf(side).slice(mark.log)).filter(
        (line) => !(this.stepCount - this.writtenInStep < 2 && NOTICED.test(line)),
      ),
      cli: this.cli[side.name],
      notes: {
        // Checks repeat at will, so that only counts which were made since the case began.
        checks: [...new Set(lines(side.read(NOTES.checks)))].sort(),
        // Virtuals may come in any order.
        fallbacks: byPlace(noteLines(NOTES.fallbacks).filter((line) => !line.includes(PULSE.virtual))),
      },
    };
  }

  /** What is left when every accepted difference is taken away. */
  private unexplained(context: Context): { readonly left: readonly Difference[]; readonly used: readonly string[] } {
    const used: string[] = [];
    const found = differencesOf(this.observe(this.sides.genuine), this.observe(this.sides.ours), LINE_RULES, (rule) =>
      used.push(rule),
    );
    const left = found.filter((difference) => {
      const rule = RULES.find((each) => each.explains(difference, context));
      if (rule !== undefined) used.push(rule.name);
      return rule === undefined;
    });
    return { left, used };
  }

  private get failureCount(): number {
    return Math.max(1, ...this.config.virtuals.map(({ failureCount }) => failureCount));
  }

  /** Waits until both have had the time to notice, and then until they are at one or the patience is at its end. */
  private async settle(step: string, context: () => Context, rounds: number): Promise<Trouble | undefined> {
    const goal = { genuine: this.pulses.genuine + rounds, ours: this.pulses.ours + rounds - 1 };
    const tableBefore = this.tableBefore;
    this.nudging = true;
    const genuinePid = this.sides.genuine.pid();
    if (genuinePid !== undefined) await until(() => this.pulses.genuine >= goal.genuine, PATIENCE);
    this.nudging = false;
    const end = Date.now() + LONGEST;
    for (;;) {
      const count = this.sides.ours.ipvs.calls.length;
      await pause(QUIET);
      const moved = this.sides.genuine.ipvs.kernel.lines().join('\n') !== tableBefore;
      const seen = moved || this.pulses.ours >= goal.ours || rounds === 0;
      const { left, used } = this.unexplained(context());
      const quiet = this.sides.ours.ipvs.calls.length === count;
      if (seen && quiet && left.length === 0) {
        for (const rule of used) this.used.add(rule);
        if (context().synchronising) this.deletedByHand.clear();
        return undefined;
      }
      if (Date.now() > end)
        return {
          step,
          differences: left,
          genuine: this.observe(this.sides.genuine),
          ours: this.observe(this.sides.ours),
        };
    }
  }

  private tableBefore = '';
  /** The step in which the file was written last. */
  private writtenInStep = 0;
  private stepCount = 0;
  private oursBefore: readonly string[] = [];

  private async step(
    name: string,
    act: () => Promise<void>,
    options: {
      readonly synchronising?: boolean;
      readonly restart?: boolean;
      readonly broken?: boolean;
      readonly rounds?: number;
    } = {},
  ): Promise<Trouble | undefined> {
    this.mark();
    this.stepCount += 1;
    this.tableBefore = this.sides.genuine.ipvs.kernel.lines().join('\n');
    this.oursBefore = this.sides.ours.ipvs.kernel.lines();
    await act();
    const synchronising = options.synchronising ?? false;
    const { config, previous, text, previousText, deletedByHand } = this;
    const ourTableBefore = new Set(tableEntries(this.oursBefore).keys());
    const fallbackCalls = (): ReadonlyMap<string, string> =>
      new Map(lines(this.sides.ours.read(NOTES.fallbacks)).map(fallbackCall));
    const context = (): Context => ({
      config,
      previous,
      text,
      previousText,
      ourTableBefore,
      synchronising,
      restart: options.restart ?? false,
      broken: options.broken ?? false,
      deletedByHand,
      fallbackCalls: fallbackCalls(),
    });
    return this.settle(name, context, options.rounds ?? this.failureCount + (synchronising ? 2 : 1));
  }

  private use(text: string): void {
    this.previous = this.config;
    this.previousText = this.text;
    this.config = this.parse(text);
    this.text = text.split('\n');
    this.write(text);
  }

  private write(text: string): void {
    this.writtenInStep = this.stepCount;
    this.each((side) => side.write(CONFIG_PATH, text));
  }

  private hup(): void {
    this.each((side) => {
      const pid = side.pid();
      if (pid !== undefined) this.signal(pid, 'SIGHUP');
    });
  }

  private gone(): Promise<boolean> {
    return until(() => this.sides.genuine.pid() === undefined && this.sides.ours.pid() === undefined, PATIENCE);
  }

  /** Both start again: the daemons first have to be there. */
  private async start(): Promise<void> {
    await this.run('start');
    await until(() => this.sides.genuine.pid() !== undefined && this.sides.ours.pid() !== undefined);
  }

  private async kill(): Promise<void> {
    const pids = [this.sides.genuine.pid(), this.sides.ours.pid()];
    for (const pid of pids) if (pid !== undefined) this.signal(pid, 'SIGKILL');
    await until(() => pids.every((pid) => pid === undefined || !isAlive(pid)));
  }

  /** Changes both tables alike behind the backs of the programs. */
  private changeByHand({ what, pick }: HandChange): void {
    const entries = [...tableEntries(this.sides.genuine.ipvs.kernel.lines())].filter(
      ([name, line]) => tableEntries(this.sides.ours.ipvs.kernel.lines()).get(name) === line,
    );
    const virtuals = entries.filter(([name]) => name.endsWith(' '));
    const reals = entries.filter(([name]) => !name.endsWith(' '));
    const optionsOf = (virtual: string): readonly string[] => {
      const [, protocol = '', place = ''] = /^(\w+?):(.*)$/.exec(virtual.trim()) ?? [];
      if (protocol.startsWith('fwm')) return ['-f', place, ...(protocol === 'fwm6' ? ['-6'] : [])];
      return [protocol === 'udp' ? '-u' : '-t', place];
    };
    const apply = (...argv: readonly string[]): void => this.each((side) => void side.ipvs.kernel.run(argv, ''));
    const chosen = (from: readonly (readonly [string, string])[]) => from[pick % Math.max(1, from.length)];
    if (what === 'foreign-virtual') {
      apply('-A', '-t', '10.8.8.8:80', '-s', 'rr');
      apply('-a', '-t', '10.8.8.8:80', '-r', '192.168.9.9:80', '-m');
      return;
    }
    const target = chosen(what === 'delete-virtual' || what === 'foreign-real' ? virtuals : reals);
    if (target === undefined) return;
    const [virtual = '', server = ''] = target[0].split(' ');
    const method = / (Masq|Route|Tunnel) /.exec(target[1])?.[1];
    const option = method === 'Masq' ? '-m' : method === 'Tunnel' ? '-i' : '-g';
    switch (what) {
      case 'delete-real':
        apply('-d', ...optionsOf(virtual), '-r', server);
        return;
      case 'weigh-real':
        apply('-e', ...optionsOf(virtual), '-r', server, option, '-w', String(pick % 10));
        return;
      case 'foreign-real':
        apply(
          '-a',
          ...optionsOf(virtual),
          '-r',
          virtual.startsWith('fwm6') || virtual.includes('[') ? '[2001:db8::99]:80' : '192.168.9.8:80',
          '-m',
        );
        return;
      default:
        this.deletedByHand.add(virtual);
        apply('-D', ...optionsOf(virtual));
    }
  }

  private async broken(wrong: string, next: string): Promise<Trouble | undefined> {
    const trouble = await this.step(
      'a reload of a broken file',
      async () => {
        const before = logOf(this.sides.genuine).length;
        this.write(wrong);
        this.hup();
        await until(() => /Error \[\d+\] reading file/.test(logOf(this.sides.genuine).slice(before)));
      },
      { broken: true, rounds: 0 },
    );
    if (trouble !== undefined) return trouble;
    return this.step(
      'a reload of a good file after a broken one',
      async () => {
        this.use(next);
        this.hup();
      },
      { synchronising: true },
    );
  }

  private async play(event: WorldEvent): Promise<Trouble | undefined> {
    switch (event.kind) {
      case 'hosts':
        return this.step(`machines: ${JSON.stringify(event.modes)}`, () => this.setModes(event.modes));
      case 'reload':
        return this.step(
          `reload (${event.by}) of ${event.config === undefined ? 'the same' : 'a changed'} file`,
          async () => {
            if (event.config === undefined) this.previous = this.config;
            else this.use(event.config);
            if (event.by === 'HUP') this.hup();
            else await this.run(event.by);
          },
          { synchronising: true },
        );
      case 'broken':
        return this.broken(event.config, event.next);
      case 'hand':
        return this.step(`by hand: ${event.change.what}`, async () => this.changeByHand(event.change));
      case 'status':
        return this.step('status', () => this.run('status'), { rounds: 0 });
      case 'start-again':
        return this.step('start of what runs', () => this.run('start'), { rounds: 0 });
      case 'restart':
        return this.restart(event.by);
    }
  }

  private async restart(by: 'restart' | 'try-restart' | 'stop-start' | 'kill-start'): Promise<Trouble | undefined> {
    if (by === 'restart' || by === 'try-restart') {
      return this.step(by, () => this.startAnew(by), { synchronising: true, restart: true });
    }
    const end =
      by === 'kill-start'
        ? () => this.step('status after a SIGKILL', () => this.kill().then(() => this.run('status')), { rounds: 0 })
        : () => this.step('stop', () => this.stop(), { rounds: 0 });
    const trouble = await end();
    return trouble ?? this.step('start again', () => this.start(), { synchronising: true });
  }

  private async stop(): Promise<void> {
    await this.run('stop');
    await this.gone();
  }

  private async startAnew(by: 'restart' | 'try-restart'): Promise<void> {
    const before = [this.sides.genuine.pid(), this.sides.ours.pid()];
    await this.run(by);
    await until(() => {
      const now = [this.sides.genuine.pid(), this.sides.ours.pid()];
      return now.every((pid, index) => pid !== undefined && pid !== before[index]);
    });
  }

  private async reset({ config, before }: WorldCase): Promise<void> {
    await this.setModes(Object.fromEntries(REALS.map((host) => [host, 'up' as const])));
    await this.setModes(before);
    this.config = this.parse('');
    this.use(config);
    this.previous = undefined;
    this.deletedByHand.clear();
    this.used = new Set();
    this.each((side) => {
      side.ipvs.kernel.run(['-C'], '');
      side.remove('/var/log/ldirectord.log');
      side.remove(`/run/ldirectord.${CONFIG}.pid`);
      side.remove(`/run/ha-suite/ldirectord.${CONFIG}.virtuals`);
      for (const file of Object.values(NOTES)) side.remove(file);
      for (const [path, text] of Object.entries(SCRIPT_TEXTS)) side.write(path, text);
    });
  }

  private async playAll(world: WorldCase): Promise<{ readonly steps: number; readonly trouble: Trouble | undefined }> {
    let steps = 1;
    let trouble = await this.step('start', () => this.start(), { synchronising: true });
    for (const event of world.events) {
      if (trouble !== undefined) return { steps, trouble };
      steps += 1;
      trouble = await this.play(event);
    }
    if (trouble !== undefined) return { steps, trouble };
    trouble = await this.step(
      'stop',
      async () => {
        await this.stop();
        await this.run('status');
      },
      { rounds: 0 },
    );
    return { steps: steps + 1, trouble };
  }

  async playCase(index: number, world: WorldCase): Promise<CaseResult> {
    const began = Date.now();
    try {
      await this.reset(world);
      const { steps, trouble } = await this.playAll(world);
      return { index, steps, trouble, used: [...this.used], seconds: (Date.now() - began) / 1000 };
    } catch (error) {
      // The other cases of the lane are worth playing all the same.
      const [genuine, ours] = [this.observe(this.sides.genuine), this.observe(this.sides.ours)];
      const step = `the lane failed: ${(error as Error).stack}`;
      const trouble: Trouble = { step, differences: [], genuine, ours };
      return { index, steps: 0, trouble, used: [...this.used], seconds: (Date.now() - began) / 1000 };
    } finally {
      this.nudging = false;
      await this.kill();
    }
  }
}

/** Dead, or dead but for its last entry in the table of processes. */
const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const [, , orderFile, resultFile] = process.argv;
if (orderFile !== undefined && resultFile !== undefined) {
  const order = JSON.parse(readFileSync(orderFile, 'utf8')) as LaneOrder;
  const lane = await Lane.open(order.programs);
  const results: CaseResult[] = [];
  for (const { index, world } of order.cases) results.push(await lane.playCase(index, world));
  writeFileSync(resultFile, JSON.stringify(results));
  process.exit(0);
}
