/** The resource agent ids as a script, see ha-agents(7). */
import { scriptMain } from '../lib/agents/script-main.js';

await scriptMain('ids');
