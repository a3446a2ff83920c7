/** checktype on and off, and service=none: answers that need no look at the server. */
import type { Check } from './check.js';
import { down, up } from './verdict.js';

export const alwaysUp: Check = async () => up();

/** The real never comes up, so a fallback stands in for it (ldirectord reference 3.9: as genuine does, not as its manual says). */
export const alwaysDown: Check = async () => down('OFF');
