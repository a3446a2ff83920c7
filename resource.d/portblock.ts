/** The resource agent portblock as a script, see ha-agents(7). */
import { scriptMain } from '../lib/agents/script-main.js';

await scriptMain('portblock');
