/** A configuration file as somebody might write it: directives in sections, and the habits of their author. */

export interface Directive {
  readonly name: string;
  readonly value: string;
}

/** One virtual: its own line first, then what belongs to it. */
export interface Section {
  readonly virtual: Directive;
  readonly directives: readonly Directive[];
}

/** Global directives may stand before and behind the virtuals. */
export interface Written {
  readonly before: readonly Directive[];
  readonly sections: readonly Section[];
  readonly after: readonly Directive[];
}

/** How one line is written. */
export interface Habit {
  readonly indent: string;
  readonly equals: string;
  /** Behind a value that may have a comment behind it. */
  readonly comment: string;
  /** A line of its own before the directive; inside a section it must be a comment. */
  readonly above: string;
}

/** Behind these values nothing may stand, not even a blank: they are compared as they are, or taken to the end of the line. */
const EXACT = new Set([
  'quiescent',
  'cleanstop',
  'ops',
  'netmask',
  'fallbackcommand',
  'checkcommand',
  'virtualhost',
  'servicename',
  'comment',
  'monitorfile',
  'emailalert',
  'emailalertstatus',
]);

/** The text of a file; habits are used in turn. */
export const print = ({ before, sections, after }: Written, habits: readonly Habit[]): string => {
  let count = 0;
  const next = (): Habit => {
    const habit = habits[count % Math.max(1, habits.length)];
    count += 1;
    return habit ?? { indent: '    ', equals: '=', comment: '', above: '' };
  };
  const global = ({ name, value }: Directive): readonly string[] => {
    const { equals, above } = next();
    return [...(above === '' ? [] : [above.trim()]), `${name}${equals}${value}`];
  };
  const inside = ({ name, value }: Directive): readonly string[] => {
    const { indent, equals, comment, above } = next();
    return [...(above === '' ? [] : [above]), `${indent}${name}${equals}${value}${EXACT.has(name) ? '' : comment}`];
  };
  const section = ({ virtual, directives }: Section): readonly string[] => [
    ...global(virtual),
    ...directives.flatMap(inside),
  ];
  const lines = [
    ...before.flatMap(global),
    // A section ends at a blank line, at a global directive or at the next virtual.
    ...sections.flatMap((each) => [...(next().comment === '' ? [''] : []), ...section(each)]),
    '',
    ...after.flatMap(global),
  ];
  return `${lines.join('\n')}\n`;
};
