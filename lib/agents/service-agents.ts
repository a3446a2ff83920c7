/** The agents that are not about addresses. */
import type { Agent } from './agent.js';
import { apache } from './apache.js';
import { audibleAlarm } from './audible-alarm.js';
import { delay } from './delay.js';
import { filesystem } from './filesystem.js';
import { lvm } from './lvm.js';
import { mailTo } from './mail-to.js';
import { ocf } from './ocf-instance.js';
import { createRaid1 } from './raid1.js';
import { createVendorAgents } from './vendor.js';
import { winPopup } from './win-popup.js';
import { xinetd } from './xinetd.js';

/** None of them waits in this process for anything but timers: what may hang is done by a program of its own. */
export const SERVICE_AGENTS: readonly Agent[] = [
  ...[apache, audibleAlarm, delay, filesystem, lvm, mailTo, ocf, createRaid1(), winPopup, xinetd],
  ...createVendorAgents(),
];
