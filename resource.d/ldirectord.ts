/** The resource agent ldirectord as a script, see ha-agents(7). */
import { isForLdirectord, passOn } from '../lib/agents/ldirectord-script.js';
import { scriptMain } from '../lib/agents/script-main.js';

const words = process.argv.slice(2);
if (isForLdirectord(words)) process.exitCode = await passOn(words);
else await scriptMain('ldirectord');
