/** Where this suite accepts what ldirectord 4.12 refuses, on purpose; README and ldirectord.cf(5) quote this table. */

export interface IntendedDifference {
  readonly id: string;
  readonly genuine: string;
  readonly ours: string;
  readonly why: string;
}

/** Every other error is an error here too, with the same message and exit status. */
export const INTENDED_DIFFERENCES: readonly IntendedDifference[] = [
  {
    id: 'unindented',
    genuine: 'A directive of a virtual service at column 1 is an unknown command (exit status 2).',
    ours: 'A directive that exists only inside a virtual service, at column 1 directly after the virtual line or after another directive of that service, belongs to the service. Directives that exist in both places follow the lines before them: after such a line they belong to the service too. A blank line ends the service. One warning per service.',
    why: 'Many articles and wiki pages lost the indentation of their examples.',
  },
  {
    id: 'timeout',
    genuine: 'timeout is refused in favour of checktimeout and negotiatetimeout (exit status 2).',
    ours: 'timeout at column 1 is read as the global checktimeout, with a warning.',
    why: 'ldirectord 1.x called it so; its configurations should still work.',
  },
  {
    id: 'no-break-space',
    genuine: 'A line that holds only no-break spaces or other Unicode blanks is an unknown command (exit status 2).',
    ours: 'Outside a virtual service such a line counts as blank, with a warning.',
    why: 'It comes along invisibly when an example is copied from a web page.',
  },
];
