/** req_resource: asks for a resource group, see ha-scripts(7). */
import { runReqResource } from '../lib/heartbeat/wiring/scripts/req-resource.js';

process.exitCode = await runReqResource(process.argv[1] ?? 'req_resource', process.argv.slice(2));
