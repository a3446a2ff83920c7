/** Plays one scenario in one pairing and lets the checker judge it. */
import { programSlowness, slowness } from '../slowness.js';
import { until } from '../until.js';
import { afterFault, type Connectivity, connected, together } from './connectivity.js';
import { COUNTED } from './count.js';
import { ADDRESSES, CONTROL, heartbeatDevices, KEY, nodesOf, timingOf } from './defaults.js';
import { faultText } from './fault-text.js';
import { inflict } from './inflict.js';
import { type Circumstances, limitsFor } from './limits.js';
import { type End, endFor, type Fault, type NodeId, type Pairing, type Scenario, type Step } from './model.js';
import type { AddressRecord, Apart, Observations, Phase } from './record.js';
import { buildStage, type Stage, type StageNode } from './stage.js';
import { type Finding, judge, ownersMatch, type Verdict } from './verdict.js';

/** What came of a scenario. */
export interface Outcome extends Verdict {
  readonly scenario: string;
  readonly pairing: Pairing;
  /** How long it played, in milliseconds. */
  readonly duration: number;
  /** The ends of the logs, when something was wrong. */
  readonly logs: string;
  readonly observations: Observations;
}

/** A genuine daemon asks for two seconds more in the first five, and a moment passes until we know (reference 5.3). */
const YOUNG = 8_000;
/** Two standby requests in a row need rest between them (heartbeat reference 6.5). */
const REST = 600;
const POLL = 100;
const STATUS_POLL = 300;

/** What is known of the daemons while a scenario plays. */
interface Progress {
  readonly connectivity: Connectivity;
  /** Nodes whose daemon should answer. */
  readonly running: readonly NodeId[];
  readonly startedAt: number;
  readonly apart: readonly Apart[];
  readonly end: End;
  readonly phases: readonly Phase[];
}

const runningAfter = (running: readonly NodeId[], fault: Fault): readonly NodeId[] => {
  switch (fault.type) {
    case 'start':
      return [...running, ...fault.nodes];
    case 'powerOn':
      return [...running, fault.node];
    case 'stop':
      return running.filter((node) => !fault.nodes.includes(node));
    case 'kill':
    case 'powerOff':
      return running.filter((node) => node !== fault.node);
    default:
      return running;
  }
};

const atRest = async (node: StageNode): Promise<boolean> => {
  const { code, stdout } = await node.clStatus('rscstatus');
  return code === 0 && /^(none|local|foreign|all)$/.test(stdout.trim());
};

/** Waits for the expected end; undefined when it does not come within `limit`. */
const untilEnd = async (
  { nodes, watch, answers }: Stage,
  words: readonly string[],
  running: readonly NodeId[],
  limit: number,
): Promise<boolean> => {
  const wanted = (): boolean =>
    ADDRESSES.every((address, index) => ownersMatch(watch.owners(address), words[index] ?? '?'));
  const served = (since: number): boolean =>
    ADDRESSES.every(
      (address, index) =>
        ['-', '*'].includes(words[index] ?? '?') || (answers.answers(address).at(-1)?.at ?? 0) >= since,
    );
  const deadline = Date.now() + limit;
  const left = (): number => Math.max(1, deadline - Date.now());
  try {
    for (;;) {
      await until('owners', wanted, left(), POLL);
      for (const node of nodes.filter(({ id }) => running.includes(id))) {
        await until('at rest', () => atRest(node), left(), STATUS_POLL);
      }
      const now = Date.now();
      await until('served', () => served(now), left(), POLL);
      // It may have changed while we asked.
      if (wanted()) return true;
    }
  } catch {
    return false;
  }
};

/** The intervals without hearing, after a fault that was begun and ended at these instants. */
const apartAfter = (
  apart: readonly Apart[],
  before: boolean,
  after: boolean,
  fault: Fault,
  begun: number,
  done: number,
): readonly Apart[] => {
  // A daemon that is stopped hears nobody; what happens when it goes on is what the rule is about.
  if (fault.type === 'pause') return [...apart, { from: begun, healed: done, voice: fault.node }];
  if (before && !after) return [...apart, { from: begun }];
  const last = apart.at(-1);
  if (before || !after || last === undefined) return apart;
  const voice = fault.type === 'powerOn' ? fault.node : fault.type === 'start' ? fault.nodes[0] : undefined;
  return [...apart.slice(0, -1), { ...last, healed: begun, ...(voice === undefined ? {} : { voice }) }];
};

const performStep = async (
  stage: Stage,
  scenario: Scenario,
  pairing: Pairing,
  step: Step,
  progress: Progress,
): Promise<{ readonly progress: Progress; readonly complaints: readonly Finding[] }> => {
  const { fault } = step;
  const label = faultText(fault);
  const from = Date.now();
  const starts = fault.type === 'start' || fault.type === 'powerOn';
  const startedAt = starts ? from : progress.startedAt;
  const circumstances: Circumstances = {
    slowness: slowness(),
    programs: programSlowness(),
    pairing,
    failback: scenario.failback,
    timing: timingOf(scenario),
    nodes: nodesOf(scenario),
    young: from - startedAt < YOUNG,
    alone: fault.type === 'start' && progress.running.length + fault.nodes.length < nodesOf(scenario).length,
  };
  const limits = limitsFor(fault, circumstances);
  const complaints = await inflict(stage, fault);
  const done = Date.now();
  const connectivity = afterFault(progress.connectivity, fault);
  const apart = apartAfter(progress.apart, together(progress.connectivity), together(connectivity), fault, from, done);
  const running = runningAfter(progress.running, fault);
  const { owners: expected, because } = step.then === undefined ? progress.end : endFor(step.then, pairing);
  await new Promise((resolve) => setTimeout(resolve, step.watch ?? 0));
  const waiting = Date.now();
  const ended = await untilEnd(stage, expected.split(' '), step.restless === true ? [] : running, limits.end);
  const took = Date.now() - waiting;
  await new Promise((resolve) => setTimeout(resolve, REST));
  const busiest = Math.max(circumstances.slowness, slowness());
  const phase: Phase = {
    label,
    from,
    to: Date.now(),
    ...(ended ? { took } : {}),
    expected,
    ...(because === undefined ? {} : { because }),
    still: step.still === true,
    slowness: busiest,
    limits: limitsFor(fault, {
      ...circumstances,
      slowness: busiest,
      programs: Math.max(circumstances.programs, programSlowness()),
    }),
    allow: step.allow ?? [],
  };
  return {
    progress: {
      connectivity,
      running,
      startedAt,
      apart,
      end: { owners: expected },
      phases: [...progress.phases, phase],
    },
    complaints: complaints.map((text) => ({ step: label, text })),
  };
};

/** The address histories and all else that was seen. */
const observationsOf = ({ watch, answers, heard, nodeAt }: Stage, { apart, phases }: Progress): Observations => ({
  addresses: ADDRESSES.map(
    (address): AddressRecord => ({ address, changes: watch.history(address), answers: answers.answers(address) }),
  ),
  heard: heard.packets().map(({ at, by, source }) => {
    const from = nodeAt(source);
    return { at, by, ...(from === undefined ? {} : { from }) };
  }),
  control: answers.answers(CONTROL).map(({ at }) => at),
  apart,
  phases,
});

/** The lines of a log without those about every single numbered message. */
const telling = async (node: StageNode): Promise<readonly string[]> =>
  (await node.log()).filter((line) => !line.includes(COUNTED));

const logsOf = async ({ nodes }: Stage): Promise<string> => {
  const each = await Promise.all(
    nodes.map(async (node) => [
      `--- ha-log of ${node.id} (${node.implementation})`,
      ...(await telling(node)).slice(-60),
    ]),
  );
  return each.flat().join('\n');
};

/** Lines that the scenario forbids, one finding for each text and node. */
const forbiddenLines = async ({ nodes }: Stage, texts: readonly string[]): Promise<readonly Finding[]> => {
  const found: Finding[] = [];
  for (const node of nodes) {
    const log = texts.length === 0 ? [] : await node.log();
    for (const text of texts) {
      const line = log.find((each) => each.includes(text));
      if (line !== undefined) found.push({ step: 'log', text: `${node.id}: ${line}` });
    }
  }
  return found;
};

/**
 * Plays a scenario; never rejects for what the cluster does, only when the stage itself breaks.
 *
 * @param onStep is told every step in words when it begins.
 */
export const play = async (
  scenario: Scenario,
  pairing: Pairing,
  onStep: (text: string) => void = () => undefined,
): Promise<Outcome> => {
  const begun = performance.now();
  const stage = await buildStage(scenario, pairing);
  try {
    let progress: Progress = {
      connectivity: { ...connected(nodesOf(scenario), heartbeatDevices(scenario)), keys: keysOf(scenario) },
      running: [],
      startedAt: 0,
      apart: [],
      end: { owners: '- -' },
      phases: [],
    };
    const complaints: Finding[] = [];
    for (const step of scenario.steps) {
      onStep(faultText(step.fault));
      const result = await performStep(stage, scenario, pairing, step, progress);
      progress = result.progress;
      complaints.push(...result.complaints);
      // What comes after an unexpected end is another story.
      if (progress.phases.at(-1)?.took === undefined) break;
    }
    const observations = observationsOf(stage, progress);
    const verdict = judge(observations, pairing);
    const forbidden = await forbiddenLines(stage, forbiddenTexts(scenario, pairing));
    const violations = [...verdict.violations, ...complaints, ...forbidden];
    return {
      ...verdict,
      violations,
      scenario: scenario.name,
      pairing,
      duration: performance.now() - begun,
      logs: violations.length === 0 ? '' : await logsOf(stage),
      observations,
    };
  } finally {
    await stage.close();
  }
};

/** What no log may contain in this pairing. */
const forbiddenTexts = ({ neverLogged = [] }: Scenario, pairing: Pairing): readonly string[] =>
  neverLogged.flatMap((entry) => {
    if (typeof entry === 'string') return [entry];
    return entry.pairings.includes(pairing) ? [entry.text] : [];
  });

const keysOf = (scenario: Scenario): Readonly<Partial<Record<NodeId, string>>> =>
  Object.fromEntries(nodesOf(scenario).map((node) => [node, KEY]));
