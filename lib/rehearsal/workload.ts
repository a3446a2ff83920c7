/** The groups and programs that run on one simulated node, and the jobs that start and stop them, one after the other. */
import type { JobResult } from '../heartbeat/cluster/interface.js';
import type { Course } from './world.js';

export interface Job {
  readonly job: number;
  readonly action: 'acquire' | 'release';
  readonly groups: readonly string[];
}

/** What a workload needs of its node and of the clock. */
export interface Surroundings {
  /** Lets something happen after so many milliseconds. */
  readonly after: (delay: number, run: () => void) => void;
  readonly isPaused: () => boolean;
  readonly courseOf: (job: Job) => Course;
  /** Whose groups these are, for the machine that hears of a failure. */
  readonly failed: (groups: ReadonlySet<string>) => JobResult;
  readonly say: (text: string) => void;
  /** An address has come or gone. */
  readonly moved: () => void;
  /** A program has been started, or is told to end. */
  readonly program: (program: string, runs: boolean) => void;
  readonly done: (job: number, result: JobResult) => void;
}

const NO_PROGRAMS: ReadonlyMap<string, number> = new Map();
/** A machine that stands still is looked at again after so many milliseconds. */
const PAUSE_LOOK = 100;

export class Workload {
  /** The groups that run here, from the begin of their start to the end of their stop. */
  readonly running = new Set<string>();
  /** The groups whose addresses answer here; without a `course` from the end of their start to the begin of their stop. */
  readonly serving = new Set<string>();
  /** The programs of `course` that run here. */
  private readonly programs = new Set<string>();
  private jobs: Job[] = [];
  private working = false;
  /** What an earlier daemon has begun is void. */
  private life = 0;

  constructor(private readonly surroundings: Surroundings) {}

  /** Takes an order of the daemon. */
  order(job: Job): void {
    this.jobs.push(job);
    this.work();
  }

  /** The daemon is gone: what runs goes on running, and nobody stops it. */
  abandon(): void {
    this.life += 1;
    this.jobs = [];
    this.working = false;
  }

  /** The daemon has ended, and takes everything with it. */
  end(): void {
    this.running.clear();
    this.serving.clear();
    for (const program of this.programs) this.turn(program, false);
    this.surroundings.moved();
    this.abandon();
  }

  /** The power is gone: the programs do not even hear of it. */
  goDark(): void {
    this.programs.clear();
  }

  /** One that runs already is not started twice. */
  private turn(program: string, runs: boolean): void {
    if (this.programs.has(program) === runs) return;
    if (runs) this.programs.add(program);
    else this.programs.delete(program);
    this.surroundings.program(program, runs);
  }

  /** What a machine does that stands still is done when it goes on. */
  private later(time: number, act: () => void, life = this.life): void {
    this.surroundings.after(time, () => {
      if (this.life !== life) return;
      if (this.surroundings.isPaused()) this.later(PAUSE_LOOK, act, life);
      else act();
    });
  }

  private work(): void {
    const [next] = this.jobs;
    if (this.working || next === undefined) return;
    this.working = true;
    // A group counts as running from the begin of its start to the end of its stop.
    if (next.action === 'acquire') for (const group of next.groups) this.running.add(group);
    const { total, said = [], failure, ...course } = this.surroundings.courseOf(next);
    for (const { at, text } of said) this.later(at, () => this.surroundings.say(text));
    this.move(course, next.action === 'acquire');
    if (failure !== undefined) this.move(failure, false);
    this.later(total, () => {
      const over = next.action === 'release' ? next.groups : (failure?.groups ?? []);
      for (const group of over) this.running.delete(group);
      this.jobs.shift();
      this.working = false;
      const { done, failed } = this.surroundings;
      done(next.job, failure === undefined ? { outcome: 'done' } : failed(failure.groups));
      this.work();
    });
  }

  /** Addresses and programs come or go at their times. */
  private move({ addresses, programs = NO_PROGRAMS }: Pick<Course, 'addresses' | 'programs'>, come: boolean): void {
    for (const [group, time] of addresses) {
      this.later(time, () => {
        if (come) this.serving.add(group);
        else this.serving.delete(group);
        this.surroundings.moved();
      });
    }
    for (const [program, time] of programs) this.later(time, () => this.turn(program, come));
  }
}
