/** Writes nodes in JavaScript's notation, so that the same texts match. */
import { setSource } from './byte-set.js';
import { type Node, unsupported } from './pattern.js';

/** Perl compiles no look-behind that may be longer. */
const LONGEST_LOOKBEHIND = 255;

const widest = (node: Node): number => {
  switch (node.kind) {
    case 'bytes':
      return 1;
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + widest(part), 0);
    case 'choice':
      return Math.max(...node.branches.map(widest));
    case 'capture':
    case 'atomic':
      return widest(node.body);
    case 'repeat': {
      const body = widest(node.body);
      return body === 0 || node.max === 0 ? 0 : body * node.max;
    }
    case 'look':
    case 'assertion':
      return 0;
    case 'reference':
      return Number.POSITIVE_INFINITY;
  }
};

/** Where a node stands: enough to know whether a group it refers to has certainly matched before it. */
interface Context {
  readonly insideLookbehind: boolean;
  /** Groups that are set whenever this place is reached, for every way to it. */
  readonly set: Set<number>;
}

const countSource = (min: number, max: number): string => {
  if (min === 0 && max === 1) return '?';
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return min === max ? `{${min}}` : `{${min},${max}}`;
};

interface Emitter {
  atomics: number;
}

/** A lookahead takes one way only; the reference then walks over what it saw. */
const atomicSource = (body: string, emitter: Emitter): string => {
  emitter.atomics += 1;
  return `(?:(?=(?<a${emitter.atomics}>${body}))\\k<a${emitter.atomics}>)`;
};

const emit = (node: Node, context: Context, emitter: Emitter): string => {
  switch (node.kind) {
    case 'bytes':
      return setSource(node.set);
    case 'assertion':
      return node.source === '' ? '' : `(?:${node.source})`;
    case 'sequence':
      return node.parts.map((part) => emit(part, context, emitter)).join('');
    case 'choice': {
      const before = new Set(context.set);
      const sources = node.branches.map((branch) => emit(branch, { ...context, set: new Set(before) }, emitter));
      return `(?:${sources.join('|')})`;
    }
    case 'capture': {
      const body = emit(node.body, context, emitter);
      context.set.add(node.id);
      return `(?<g${node.id}>${body})`;
    }
    case 'reference':
      // Perl: a group that has not matched fails; JavaScript: it matches nothing. Only certain ones are the same.
      return context.set.has(node.id) && !context.insideLookbehind
        ? `(?:\\k<g${node.id}>)`
        : unsupported(node.offset, 'a reference to a group that may not have matched');
    case 'atomic':
      return context.insideLookbehind
        ? unsupported(0, 'an atomic or possessive part inside a look-behind')
        : atomicSource(emit(node.body, context, emitter), emitter);
    case 'look': {
      if (node.behind && widest(node.body) > LONGEST_LOOKBEHIND) {
        return unsupported(0, `a look-behind of more than ${LONGEST_LOOKBEHIND} bytes`);
      }
      const keeps = !node.negative && !node.behind && !context.insideLookbehind;
      const inner = {
        insideLookbehind: context.insideLookbehind || node.behind,
        set: keeps ? context.set : new Set(context.set),
      };
      return `(?${node.behind ? '<' : ''}${node.negative ? '!' : '='}${emit(node.body, inner, emitter)})`;
    }
    case 'repeat': {
      const { min, max, mode } = node;
      const once = min === 1 && max === 1;
      const body = emit(node.body, once ? context : { ...context, set: new Set(context.set) }, emitter);
      if (min > max) return '(?!)';
      const source = `(?:${body})${countSource(min, max)}`;
      if (mode !== 'possessive') return mode === 'lazy' ? `${source}?` : source;
      return context.insideLookbehind
        ? unsupported(0, 'an atomic or possessive part inside a look-behind')
        : atomicSource(source, emitter);
    }
  }
};

/** The source of an equal JavaScript expression; no flags are needed. Throws PatternError. */
export const patternSource = (node: Node): string =>
  emit(node, { insideLookbehind: false, set: new Set() }, { atomics: 0 });
