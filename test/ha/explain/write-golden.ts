/** Writes golden.txt anew: `node dist/build/test/ha/explain/write-golden.js`, then read what has changed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../support/paths.js';
import { goldenText } from './golden.js';

writeFileSync(join(projectRoot, 'test/ha/explain/golden.txt'), await goldenText());
