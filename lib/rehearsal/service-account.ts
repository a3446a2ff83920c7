/** What the clients of each virtual service went through. */
import { type Millis, millis } from '../time.js';
import type { ServiceState } from './directors.js';

export interface ServiceAccount {
  /** As ldirectord names it: `tcp:10.0.0.3:80`. */
  readonly service: string;
  /** Altogether without any answer, and the longest time at a stretch. */
  readonly outage: Millis;
  readonly longest: Millis;
  /** Altogether answered by the fallback only. */
  readonly fallback: Millis;
  /** The longest time that clients were sent to a real server which gave no answer. */
  readonly dead: Millis;
  /** The share of all requests that got no answer, from 0 to 1, where as many come at any time. */
  readonly lost: number;
  /** Who answers for the address in the end, and where it sends its clients. */
  readonly owners: readonly string[];
  readonly servers: readonly string[];
  /** In the end some requests are answered. */
  readonly served: boolean;
}

interface Open {
  state: ServiceState;
  readonly begun: number;
  since: number;
  outage: number;
  longest: number;
  /** How long nobody has answered until now. */
  gap: number;
  fallback: number;
  /** Requests without an answer, in milliseconds of all that come. */
  lost: number;
  /** Since when clients are sent to each server that is dead. */
  readonly deadSince: Map<string, number>;
  dead: number;
}

export interface ServiceAccounts {
  /** From now on the clients of a service get this. Instants never go backwards. */
  readonly note: (service: string, at: Millis, state: ServiceState) => void;
  /** The accounts up to this instant, in the order in which services were noted first. */
  readonly close: (at: Millis) => readonly ServiceAccount[];
}

const settle = (open: Open, at: number): void => {
  const time = at - open.since;
  const { answered, onFallback } = open.state;
  open.since = at;
  open.lost += time * (1 - answered);
  if (onFallback) open.fallback += time;
  for (const since of open.deadSince.values()) open.dead = Math.max(open.dead, at - since);
  if (answered > 0) open.gap = 0;
  else {
    open.outage += time;
    open.gap += time;
    open.longest = Math.max(open.longest, open.gap);
  }
};

const enter = (open: Open, at: number, state: ServiceState): void => {
  open.state = state;
  for (const server of open.deadSince.keys()) if (!state.dead.includes(server)) open.deadSince.delete(server);
  for (const server of state.dead) if (!open.deadSince.has(server)) open.deadSince.set(server, at);
};

const opened = (at: number, state: ServiceState): Open => {
  const nothing = { outage: 0, longest: 0, gap: 0, fallback: 0, lost: 0, dead: 0 };
  return { state, begun: at, since: at, ...nothing, deadSince: new Map(state.dead.map((server) => [server, at])) };
};

/** Accounts that begin when the first state of each service is noted. */
export const createServiceAccounts = (): ServiceAccounts => {
  const accounts = new Map<string, Open>();
  return {
    note: (service, at, state) => {
      const open = accounts.get(service);
      if (open === undefined) accounts.set(service, opened(at, state));
      else {
        settle(open, at);
        enter(open, at, state);
      }
    },
    close: (at) =>
      [...accounts].map(([service, open]) => {
        settle(open, at);
        const { state, begun, outage, longest, fallback, dead, lost } = open;
        return {
          service,
          outage: millis(outage),
          longest: millis(longest),
          fallback: millis(fallback),
          dead: millis(dead),
          lost: at > begun ? lost / (at - begun) : 0,
          owners: state.nodes,
          servers: state.servers,
          served: state.answered > 0,
        };
      }),
  };
};
