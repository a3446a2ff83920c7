/** ldirectord-ts: keeps the virtual server table in step with the health of the real servers. */
import { main } from '../lib/ldirectord/wiring/cli.js';

process.exitCode = await main(process.argv.slice(2), process.argv[1] ?? 'ldirectord');
// A daemon that has ended in good order leaves nothing that could keep the process alive, except what a library forgot.
process.exit();
