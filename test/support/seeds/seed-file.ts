/** The files of the published articles, byte for byte. */
import { readFileSync } from 'node:fs';
import { fixture } from '../paths.js';

/** Their texts by the number of the article, e.g. `('004', 'ha.cf')`. */
export const seedFile = (seed: string, name: string): string => readFileSync(fixture('seeds', seed, name), 'utf8');
