/** The `disable` setting in the description of a service of xinetd. Pure. */

const DISABLE = /^([ \t]*disable[ \t]*=[ \t]*)([^ \t#]+)/;

/** `on` without the setting; `unknown` for a value that is neither yes nor no, or for several that differ. */
export const serviceState = (text: string): 'on' | 'off' | 'unknown' => {
  const values = new Set(text.split('\n').flatMap((line) => DISABLE.exec(line)?.[2] ?? []));
  if (values.size === 0 || (values.size === 1 && values.has('no'))) return 'on';
  return values.size === 1 && values.has('yes') ? 'off' : 'unknown';
};

/** The text with the setting, which is put at the end of the block where there is none. */
export const withDisable = (text: string, value: 'yes' | 'no'): string => {
  const lines = text.split('\n');
  if (lines.some((line) => DISABLE.test(line))) {
    return lines.map((line) => line.replace(DISABLE, (_, before: string) => `${before}${value}`)).join('\n');
  }
  const end = lines.findLastIndex((line) => /^[ \t]*\}/.test(line));
  if (end < 0) return text;
  return [...lines.slice(0, end), `\tdisable = ${value}`, ...lines.slice(end)].join('\n');
};
