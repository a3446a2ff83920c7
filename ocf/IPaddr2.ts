/** The OCF agent IPaddr2, ocf:ha-suite:IPaddr2 for Pacemaker, see ha-agents(7). */
import { ocfIpaddr2Main } from '../lib/agents/ocf-ipaddr2-main.js';

await ocfIpaddr2Main();
