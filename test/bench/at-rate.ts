/** Does something so many times a second, for ever, and says every second how often it really did. */

const TICK_MS = 5;
const REPORT_MS = 1000;

/** `act` gets the number of calls before it. What could not be done in time is made up for, within a tenth of a second. */
export const atRate = (rate: number, act: (count: number) => void): void => {
  let count = 0;
  let reported = 0;
  let begun = performance.now();
  setInterval(() => {
    const due = Math.min(((performance.now() - begun) / 1000) * rate, count + rate / 10);
    for (; count < due; count += 1) act(count);
  }, TICK_MS);
  setInterval(() => {
    process.stdout.write(`${count - reported}\n`);
    reported = count;
    // What was missed is gone.
    begun = performance.now() - (count / rate) * 1000;
  }, REPORT_MS);
};
