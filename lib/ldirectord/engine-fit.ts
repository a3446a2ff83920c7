/** What a configuration asks for that the nft engine refuses, said beforehand by `check`. */
import type { Diagnostic, Position } from '../config/diagnostic.js';
import type { DirectorConfig } from './config/model.js';

/**
 * One warning at the first direct-routing or tunnelling server that is not on this host; undefined when the nft engine
 * can serve all of them. `lineText` gives the lines of the file, counted from 1.
 */
export const nftMisfit = (
  config: DirectorConfig,
  isLocal: (address: string) => boolean,
  lineText: (line: number) => string,
): Diagnostic | undefined => {
  const servers = config.virtuals.flatMap(({ reals, fallback }) => [
    ...reals,
    ...(fallback === undefined ? [] : [fallback]),
  ]);
  const refused = servers.filter(({ method, address }) => method !== 'masq' && !isLocal(address));
  const [first] = refused.toSorted((one, other) => one.at.line - other.at.line);
  if (first === undefined) return undefined;
  const at: Position = first.at;
  const sourceLine = lineText(at.line);
  // A range is one line and several servers.
  const others = new Set(refused.map(({ at: { line } }) => line)).size - 1;
  const more = others === 0 ? '' : ` (${others} more such ${others === 1 ? 'line' : 'lines'})`;
  return {
    severity: 'warning',
    code: 'ldirectord.cf/engine',
    message: `${first.method} needs ip_vs, and here the nft engine would be used, which only does masq and servers on this host: it will refuse this one${more}`,
    at,
    length: Math.max(1, sourceLine.trimEnd().length - at.column + 1),
    sourceLine,
  };
};
