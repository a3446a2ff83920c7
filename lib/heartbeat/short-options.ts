/** Wrong option letters, as getopt(3) and therefore genuine complains about them (heartbeat reference 8.1). */

const PLAIN = 'dDkMrRsvWlVf';
const WITH_ARGUMENT = 'C';

/** One complaint for each letter that is not known, or lacks its argument; words in front or behind do not matter. */
export const complaints = (words: readonly string[], program: string): readonly string[] => {
  const found: string[] = [];
  let skip = false;
  const end = words.indexOf('--');
  for (const [index, word] of words.entries()) {
    if (skip || (end !== -1 && index >= end)) {
      skip = false;
      continue;
    }
    // Long options are ours; genuine knows none.
    if (!/^-[^-]/.test(word)) continue;
    for (let at = 1; at < word.length; at += 1) {
      const letter = word.charAt(at);
      if (WITH_ARGUMENT.includes(letter)) {
        if (at === word.length - 1) {
          if (index + 1 >= words.length) found.push(`${program}: option requires an argument -- '${letter}'`);
          skip = true;
        }
        break;
      }
      if (!PLAIN.includes(letter)) found.push(`${program}: invalid option -- '${letter}'`);
    }
  }
  return found;
};
