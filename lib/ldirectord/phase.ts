/** The status of the daemon: a start or a reload lasts until everything new has been checked once and the table is in line. */
import type { DaemonStatus } from './config/model.js';

export interface Phase {
  readonly status: DaemonStatus;
  /** Checks whose first answer is awaited. */
  readonly awaited: number;
}

export type PhaseEvent =
  /** A configuration is in force; so many of its checks have never answered. */
  | { readonly kind: 'begun'; readonly status: 'starting' | 'reloading'; readonly awaited: number }
  /** One of them has answered for the first time. */
  | { readonly kind: 'answered' }
  /** All that the answers asked for is in the table. */
  | { readonly kind: 'in line' }
  | { readonly kind: 'stopping' };

/** Nothing is in force yet, so that nothing can be over. */
export const STARTING: Phase = { status: 'starting', awaited: Number.POSITIVE_INFINITY };

/** Whether only the table is waited for. */
export const isAnswered = ({ status, awaited }: Phase): boolean =>
  (status === 'starting' || status === 'reloading') && awaited <= 0;

export const stepPhase = (phase: Phase, event: PhaseEvent): Phase => {
  if (phase.status === 'stopping') return phase;
  switch (event.kind) {
    case 'begun':
      // A reload during the start does not end the start: its mails still belong to it.
      return { status: phase.status === 'starting' ? 'starting' : event.status, awaited: event.awaited };
    case 'answered':
      return { ...phase, awaited: Math.max(0, phase.awaited - 1) };
    case 'in line':
      return isAnswered(phase) ? { status: 'running', awaited: 0 } : phase;
    case 'stopping':
      return { status: 'stopping', awaited: 0 };
  }
};
