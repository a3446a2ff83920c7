/** The search list of the machine, as Net::DNS (and so genuine) reads it from resolv.conf(5). */
import type { SearchRules } from './question.js';

const NO_SEARCH: SearchRules = { domains: [], dots: 1 };

const withoutFinalDot = (name: string): string => name.replace(/\.$/, '');

/** `search` lines add up and beat `domain`; without either the domain of the machine's own name counts. */
export const searchRules = (resolvConf: string, hostName: string): SearchRules => {
  const own = hostName.includes('.') ? hostName.replace(/^[^.]*\./, '') : undefined;
  let domain = own;
  let { dots } = NO_SEARCH;
  const search: string[] = [];
  for (const line of resolvConf.split('\n')) {
    const [keyword, ...words] = line
      .replace(/[;#].*$/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'search') search.push(...words);
    if (keyword === 'domain' && words[0] !== undefined) domain = words[0];
    if (keyword === 'options') for (const word of words) dots = Number(/^ndots:(\d{1,3})$/.exec(word)?.[1] ?? dots);
  }
  const domains = search.length > 0 ? search : domain === undefined ? [] : [domain];
  return { domains: domains.map(withoutFinalDot).filter((name) => name !== ''), dots };
};
