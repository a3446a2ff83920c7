/** Routes with a preferred source address, as ip(8) prints and takes them. */

/** A route as the words of one line of `ip route show`, e.g. `default via 10.0.0.254 dev eth0 src 10.0.0.1 metric 100`. */
export type RouteWords = readonly string[];

/** State that ip(8) prints behind a route and does not take back. */
const STATE_WORDS: readonly string[] = ['linkdown', 'dead', 'offload', 'trap'];

/** The routes in what `ip -o route show` has printed. */
export const parseRouteLines = (output: string): readonly RouteWords[] =>
  output
    .split('\n')
    .map((line) => line.split(/\s+/).filter((word) => word !== ''))
    .filter((words) => words.length > 0);

/** The word behind a keyword, e.g. of `src`. */
export const attributeOf = (route: RouteWords, keyword: string): string | undefined => {
  const at = route.indexOf(keyword, 1);
  return at < 0 ? undefined : route[at + 1];
};

/** The same route with another preferred source address. */
export const withSource = (route: RouteWords, source: string): RouteWords => {
  const at = route.indexOf('src', 1);
  const rest = at < 0 ? route : [...route.slice(0, at), ...route.slice(at + 2)];
  return [...rest.filter((word) => !STATE_WORDS.includes(word)), 'src', source];
};

/** How things stand with the default route: it prefers our address, another one, or none. */
export type Preference = 'ours' | 'other' | 'none';

/** What the default route prefers. */
export const preferenceOf = (route: RouteWords | undefined, address: string): Preference => {
  const source = route === undefined ? undefined : attributeOf(route, 'src');
  if (source === undefined) return 'none';
  return source === address ? 'ours' : 'other';
};

/**
 * Words for `ip route replace` of the network on the link while `source` is preferred there: only what identifies it, as the
 * genuine agent writes it.
 */
export const linkRoute = (link: RouteWords, device: string, source: string): RouteWords => {
  const [protocol, metric] = [attributeOf(link, 'proto'), attributeOf(link, 'metric')];
  return [
    ...link.slice(0, 1),
    ...['dev', device],
    ...(protocol === undefined ? [] : ['proto', protocol]),
    ...['src', source],
    ...(metric === undefined ? [] : ['metric', metric]),
  ];
};

/** The same with the machine's own address again, as the kernel made it. */
export const ownLinkRoute = (link: RouteWords, device: string, primary: string): RouteWords => {
  const metric = attributeOf(link, 'metric');
  return [
    ...link.slice(0, 1),
    ...['dev', device, 'proto', 'kernel', 'scope', 'link', 'src', primary],
    ...(metric === undefined ? [] : ['metric', metric]),
  ];
};
