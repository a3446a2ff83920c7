/** Stories that are told side by side, each in a lab of its own: labs mostly wait. Each step of a story is one test. */

import type { HeartbeatNode } from '../../lib/lab/heartbeat-node.js';
import { prepareRun } from '../../lib/platform/exec.js';
import { withLogs } from './with-logs.js';

type Action = () => Promise<unknown>;

export interface Story {
  /** Sets the stage. */
  readonly begin: (action: Action) => void;
  /** A test that builds on all before it; it is not tried when one of these failed. */
  readonly step: (name: string, action: Action) => void;
  /** A test that changes nothing: what follows is told in any case. */
  readonly observe: (name: string, action: Action) => void;
  /** Whose logs are shown when something fails. */
  readonly nodes: (those: () => readonly (HeartbeatNode | undefined)[]) => void;
  /** Clears the stage, whatever happened. */
  readonly end: (action: Action) => void;
}

interface Scene {
  readonly name: string;
  readonly action: Action;
  readonly isNeeded: boolean;
  readonly outcome: Promise<void>;
  readonly settle: (outcome: Promise<void>) => void;
}

/** So many stories of a file are told at a time. */
const ABREAST = 2;
/** Starts are not in step: setting up a lab is the one thing that keeps the processors busy (milliseconds). */
const STAGGER = 700;
/** No test waits longer than for a whole story on a slow machine. */
const LIMIT = 400_000;

const sceneOf = (name: string, action: Action, isNeeded: boolean): Scene => {
  let settle: (outcome: Promise<void>) => void = () => undefined;
  const outcome = new Promise<void>((resolve) => {
    settle = resolve;
  });
  // Told long before its test comes to ask.
  outcome.catch(() => undefined);
  return { name, action, isNeeded, outcome, settle };
};

const perform = async (action: Action): Promise<void> => void (await action());

const tellAll = async (begin: Action, scenes: readonly Scene[], end: Action): Promise<void> => {
  let ended: string | undefined;
  const attempt = async (name: string, action: Action): Promise<void> => {
    try {
      await action();
    } catch (error) {
      ended = name;
      throw error;
    }
  };
  const stage = attempt('the stage', begin);
  await stage.catch(() => undefined);
  for (const { name, action, isNeeded, settle } of scenes) {
    const told =
      ended === undefined
        ? isNeeded
          ? attempt(name, action)
          : perform(action)
        : Promise.reject(new Error(`not tried, because this failed: ${ended}`));
    // The first test tells why there is no stage.
    settle(ended === 'the stage' ? stage : told);
    await told.catch(() => undefined);
  }
  await end();
};

const telling: (() => Promise<void>)[] = [];
let ended: Promise<void> = Promise.resolve();

/** Rejects with the first failure of an `end`, after all stories are over. */
const tellSome = async (stories: readonly (() => Promise<void>)[]): Promise<void> => {
  const waiting = [...stories];
  const failures: unknown[] = [];
  const teller = async (number: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, number * STAGGER));
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await next().catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, (_, number) => teller(number)));
  if (failures.length > 0) throw failures[0];
};

/** Tells a story; the stories of a file are told side by side. To be called at the top of a test file only. */
export const story = (title: string, tell: (story: Story) => void): void => {
  if (telling.length === 0) {
    beforeAll(async () => {
      // Stories go on between two tests, when jest lets nothing be loaded.
      await prepareRun();
      ended = tellSome(telling);
      ended.catch(() => undefined);
    });
    afterAll(() => ended, LIMIT);
  }
  const scenes: Scene[] = [];
  const [begins, finals]: [Action[], Action[]] = [[], []];
  let of: () => readonly (HeartbeatNode | undefined)[] = () => [];
  const logged =
    (action: Action): Action =>
    () =>
      withLogs(of, action);
  tell({
    begin: (action) => begins.push(logged(action)),
    step: (name, action) => scenes.push(sceneOf(name, logged(action), true)),
    observe: (name, action) => scenes.push(sceneOf(name, logged(action), false)),
    nodes: (those) => {
      of = those;
    },
    end: (action) => finals.push(action),
  });
  const inTurn = (actions: readonly Action[]) => async () => {
    for (const action of actions) await action();
  };
  telling.push(() => tellAll(inTurn(begins), scenes, inTurn(finals)));
  describe(title, () => {
    for (const { name, outcome } of scenes) test(name, () => outcome, LIMIT);
  });
};
