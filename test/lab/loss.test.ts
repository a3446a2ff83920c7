/** Real loss between two nodes: nobody is called dead, and every numbered message arrives exactly once. */
import { MINUTE_OF_LOSS } from '../../lib/lab/scenario/catalogue/loss.js';
import { runsOf } from '../../lib/lab/scenario/matrix.js';
import { describeRuns } from './played.js';

// With disorder and duplicates on top, through a relay, it is part of `npm run lab`.
describeRuns(runsOf([MINUTE_OF_LOSS], undefined, ['ours-ours', 'ours-genuine', 'genuine-ours']), 2);
