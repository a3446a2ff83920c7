/** The daemons of status-world.ts as a process that can be killed: `status-daemons.js FOLDER`; `dead` on standard input kills lb1. */
import { createInterface } from 'node:readline';
import { openStatusWorld } from './status-world.js';

const world = await openStatusWorld(process.argv[2]);
process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin))
  if (line === 'dead')
    world.happen(true, { type: 'node', name: 'lb1', from: 'active', to: 'dead', cause: 'nothing heard for 1023 ms' });
