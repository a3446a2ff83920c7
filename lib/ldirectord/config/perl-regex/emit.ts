/** Writes nodes in JavaScript's notation, so that the same texts match. */
import { setSource } from './byte-set.js';
import { childrenOf, END, type Node, unsupported } from './pattern.js';

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

/** Whether a node may match without taking anything. */
const mayBeEmpty = (node: Node): boolean => {
  switch (node.kind) {
    case 'bytes':
      return false;
    case 'sequence':
      return node.parts.every(mayBeEmpty);
    case 'choice':
      return node.branches.some(mayBeEmpty);
    case 'capture':
    case 'atomic':
      return mayBeEmpty(node.body);
    case 'repeat':
      return node.min === 0 || mayBeEmpty(node.body);
    case 'look':
    case 'assertion':
    case 'reference':
      return true;
  }
};

/** Where a node stands: enough to know whether a group it refers to has certainly matched before it. */
interface Context {
  readonly insideLookbehind: boolean;
  /** Only the first way to match counts, so the order in which ways are tried has to be the same. */
  readonly firstWayOnly: boolean;
  /** Groups that are set whenever this place is reached, for every way to it. */
  readonly set: Set<number>;
  /** Whether nothing of the pattern follows. */
  readonly atEnd: boolean;
}

const countSource = (min: number, max: number): string => {
  if (min === 0 && max === 1) return '?';
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return min === max ? `{${min}}` : `{${min},${max}}`;
};

interface Emitter {
  atomics: number;
  /** Groups that some reference means; the others need not be remembered. */
  readonly referred: ReadonlySet<number>;
}

const referredGroups = (node: Node): readonly number[] =>
  node.kind === 'reference' ? [node.id] : childrenOf(node).flatMap(referredGroups);

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
      if (node.source === '') return '';
      // At the end of a pattern the newline can as well be taken: the linear engine knows no look-ahead.
      return node.source === END && context.atEnd ? '(?:\\n?$)' : `(?:${node.source})`;
    case 'sequence': {
      const last = node.parts.length - 1;
      return node.parts
        .map((part, index) => emit(part, { ...context, atEnd: context.atEnd && index === last }, emitter))
        .join('');
    }
    case 'choice': {
      const before = new Set(context.set);
      const sources = node.branches.map((branch) => emit(branch, { ...context, set: new Set(before) }, emitter));
      return `(?:${sources.join('|')})`;
    }
    case 'capture': {
      const body = emit(node.body, context, emitter);
      context.set.add(node.id);
      return emitter.referred.has(node.id) ? `(?<g${node.id}>${body})` : `(?:${body})`;
    }
    case 'reference':
      // Perl: a group that has not matched fails; JavaScript: it matches nothing. Only certain ones are the same.
      return context.set.has(node.id) && !context.insideLookbehind
        ? `(?:\\k<g${node.id}>)`
        : unsupported(node.offset, 'a reference to a group that may not have matched');
    case 'atomic':
      return context.insideLookbehind
        ? unsupported(0, 'an atomic or possessive part inside a look-behind')
        : atomicSource(emit(node.body, { ...context, atEnd: false, firstWayOnly: true }, emitter), emitter);
    case 'look': {
      if (node.behind && widest(node.body) > LONGEST_LOOKBEHIND) {
        return unsupported(0, `a look-behind of more than ${LONGEST_LOOKBEHIND} bytes`);
      }
      const keeps = !node.negative && !node.behind && !context.insideLookbehind;
      const inner = {
        insideLookbehind: context.insideLookbehind || node.behind,
        firstWayOnly: false,
        atEnd: false,
        set: keeps ? context.set : new Set(context.set),
      };
      return `(?${node.behind ? '<' : ''}${node.negative ? '!' : '='}${emit(node.body, inner, emitter)})`;
    }
    case 'repeat': {
      const { min, max, mode } = node;
      const once = min === 1 && max === 1;
      const firstWayOnly = context.firstWayOnly || mode === 'possessive';
      // Perl ends a loop when a turn takes nothing, JavaScript then tries another way through the turn.
      if (firstWayOnly && !once && mayBeEmpty(node.body))
        return unsupported(0, 'an atomic or possessive part with a repeat of what may be empty');
      const inner = once
        ? { ...context, firstWayOnly }
        : { ...context, set: new Set(context.set), atEnd: false, firstWayOnly };
      const body = emit(node.body, inner, emitter);
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
  emit(
    node,
    { insideLookbehind: false, firstWayOnly: false, set: new Set(), atEnd: true },
    { atomics: 0, referred: new Set(referredGroups(node)) },
  );
