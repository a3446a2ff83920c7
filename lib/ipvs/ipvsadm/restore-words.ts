/** Splits a line of `ipvsadm -R` into words. */

/** The words of a line; a leading `ipvsadm` is not one of them, so that saved command lines can be fed back. */
export const restoreWords = (line: string): readonly string[] => {
  const words = line.split(/[ \t]+/).filter((word) => word !== '');
  return words[0] === 'ipvsadm' ? words.slice(1) : words;
};
