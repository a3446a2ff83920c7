/** A strict reader of Prometheus' text format, with the rules of `promtool check metrics`: what it finds wrong, line by line. */

const METRIC = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: (-?\d+))?$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/;

/** Units that have a base unit, and abbreviations of them. */
const UNITS =
  /(^|_)(milliseconds|ms|microseconds|nanoseconds|minutes|hours|days|kilobytes|kib|mib|megabytes|bits|percent|msec|sec|s)(_|$)/;
/** Endings that only a type of its own has. */
const RESERVED = /_(count|sum|bucket|created)$/;
const TYPES = ['gauge', 'counter', 'histogram', 'summary', 'untyped'];

export interface Exposition {
  readonly problems: readonly string[];
  /** Samples by name and labels as they were written. */
  readonly samples: ReadonlyMap<string, number>;
  readonly names: ReadonlySet<string>;
}

const labelsIn = (text: string): readonly string[] | undefined => {
  const names: string[] = [];
  let rest = text;
  while (rest !== '') {
    const found = LABEL.exec(rest);
    if (found === null) return undefined;
    names.push(found[1] ?? '');
    rest = rest.slice(found[0].length);
  }
  return names;
};

interface About {
  help?: string;
  type?: string;
  closed?: boolean;
}

const lintName = (name: string, { help, type }: About): readonly string[] => [
  ...(help === undefined || help === '' ? [`${name}: no help text`] : []),
  ...(type === undefined ? [`${name}: no type`] : []),
  ...(type === 'counter' && !name.endsWith('_total') ? [`${name}: a counter ends in _total`] : []),
  ...(type !== 'counter' && name.endsWith('_total') ? [`${name}: only a counter ends in _total`] : []),
  ...(METRIC.test(name) ? [] : [`${name}: not a name; colons are for recording rules`]),
  ...(/[A-Z]/.test(name) ? [`${name}: names are in snake_case`] : []),
  ...(UNITS.test(name) ? [`${name}: not a base unit`] : []),
  ...(RESERVED.test(name) ? [`${name}: that ending belongs to another type`] : []),
  ...(type !== undefined && name.includes(`_${type}`) ? [`${name}: the type does not stand in the name`] : []),
];

/** Reads a whole answer. */
export const readExposition = (text: string): Exposition => {
  const problems: string[] = [];
  const abouts = new Map<string, About>();
  const samples = new Map<string, number>();
  let current = '';
  const aboutOf = (name: string): About => {
    const about = abouts.get(name) ?? {};
    abouts.set(name, about);
    if (name !== current) {
      if (current !== '') closeLast(current);
      if (about.closed === true) problems.push(`${name}: its lines do not stand together`);
      current = name;
    }
    return about;
  };
  const closeLast = (name: string): void => {
    const about = abouts.get(name);
    if (about !== undefined) about.closed = true;
  };
  if (!text.endsWith('\n')) problems.push('the text does not end with a newline');
  for (const line of text.split('\n').slice(0, -1)) {
    if (line === '') continue;
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (kind !== undefined) {
      const about = aboutOf(name);
      if (kind === 'TYPE' && !TYPES.includes(rest)) problems.push(`${line}: no such type`);
      const key = kind === 'HELP' ? 'help' : 'type';
      if (about[key] !== undefined) problems.push(`${line}: stands twice`);
      about[key] = rest;
      continue;
    }
    if (line.startsWith('#')) continue;
    const [, sample, labels = '', value = ''] = SAMPLE.exec(line) ?? [];
    if (sample === undefined) {
      problems.push(`${line}: no sample`);
      continue;
    }
    const names = labelsIn(labels);
    if (names === undefined) problems.push(`${line}: wrong labels`);
    else if (new Set(names).size !== names.length) problems.push(`${line}: a label stands twice`);
    else if (names.some((one) => one.startsWith('__') || /[A-Z]/.test(one))) problems.push(`${line}: reserved label`);
    aboutOf(sample);
    const key = line.slice(0, line.lastIndexOf(` ${value}`));
    if (samples.has(key)) problems.push(`${line}: stands twice`);
    if (!/^([+-]?\d+(\.\d+)?(e[+-]?\d+)?|NaN|[+-]Inf)$/i.test(value)) problems.push(`${line}: no number`);
    samples.set(key, Number(value));
  }
  for (const [name, about] of abouts) problems.push(...lintName(name, about));
  return { problems, samples, names: new Set(abouts.keys()) };
};
