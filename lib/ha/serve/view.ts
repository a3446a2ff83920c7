/** What the page is drawn from. */
import type { HaEvent } from '../../events/event.js';
import type { MachineStatus } from '../status/status.js';
import type { Lateness } from './memory.js';

export interface View {
  readonly status: MachineStatus;
  /** The newest last. */
  readonly events: readonly HaEvent[];
  readonly lateness: Lateness;
}
