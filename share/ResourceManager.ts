/** ResourceManager: resource groups by hand and from scripts, see ha-scripts(7). */
import { runResourceManager } from '../lib/heartbeat/wiring/scripts/resource-manager.js';

process.exitCode = await runResourceManager(process.argv[1] ?? 'ResourceManager', process.argv.slice(2));
