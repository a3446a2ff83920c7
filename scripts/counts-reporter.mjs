/** A jest reporter that leaves the counts of a run in the file named by HA_SUITE_TEST_COUNTS, for scripts/test.mjs. */
import { writeFileSync } from 'node:fs';

export default class CountsReporter {
  onRunComplete(_contexts, results) {
    const counts = {
      passed: results.numPassedTests,
      // A file that cannot even be loaded has no tests to count, but is a failure all the same.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    writeFileSync(process.env.HA_SUITE_TEST_COUNTS, JSON.stringify(counts));
  }
}
