/** From the times at which a service answered to the gaps in which it did not. Pure. */

/** A time without an answer, in wall-clock milliseconds. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

export const gapLength = (gap: Gap): number => gap.to - gap.from;

/**
 * The longest time without an answer between two instants.
 *
 * `answers` are ascending; silence before the first and after the last answer counts as well.
 */
export const longestGap = (answers: readonly number[], from: number, to: number): Gap => {
  const marks = [from, ...answers.filter((at) => at > from && at < to), to];
  let longest: Gap = { from, to: from };
  marks.forEach((mark, index) => {
    const previous = marks[index - 1];
    if (previous !== undefined && mark - previous > gapLength(longest)) longest = { from: previous, to: mark };
  });
  return longest;
};

/** The first answer after an instant. */
export const firstAfter = (answers: readonly number[], instant: number): number | undefined =>
  answers.find((at) => at > instant);
