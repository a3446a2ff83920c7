/** The resource agent LVM as a script, see ha-agents(7). */
import { scriptMain } from '../lib/agents/script-main.js';

await scriptMain('LVM');
