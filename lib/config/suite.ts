/** Reads ha-suite.ini, the one file with settings that the genuine programs do not have (design, "one vocabulary"). */
import { unsafe } from 'ini';
import { type Millis, millis, seconds } from '../time.js';
import type { Diagnostic, Parsed } from './diagnostic.js';
import { MONITOR_KEYS, type MonitorConfig, monitorOf } from './monitor.js';
import { NOTIFY_KEYS, type NotifyConfig, notifyOf } from './notify.js';
import { diagnosticAt, type Finding, place, type Source, sourceOf, type Word } from './source.js';
import { DEFAULT_STATUS, STATUS_KEYS, type StatusConfig, statusFindings } from './status-page.js';
import { suggest } from './suggest.js';
import { choice, count, duration, type Reader, size } from './suite-values.js';

export const ENGINES = ['auto', 'kernel', 'nft'] as const;
export type EngineChoice = (typeof ENGINES)[number];
export type EngineName = Exclude<EngineChoice, 'auto'>;

const PREFERENCES = ['script', 'builtin'] as const;
const ANSWERS = ['no', 'yes'] as const;
const VERIFICATIONS = ['genuine', 'chain', 'full', 'off'] as const;

export interface SuiteConfig {
  readonly ipvs: { readonly engine: EngineChoice };
  readonly agents: {
    readonly prefer: (typeof PREFERENCES)[number];
    /** Whether an address of a held resource that somebody removes is put back. */
    readonly watch: (typeof ANSWERS)[number];
  };
  /** Gratuitous ARP: how many at first and how far apart, how often again later, how long to look for another owner. */
  readonly announce: {
    readonly count: number;
    readonly interval: Millis;
    readonly refresh: Millis;
    readonly probe: Millis;
    /** Whether the look for another owner ends before the address is taken. */
    readonly probefirst: (typeof ANSWERS)[number];
  };
  readonly tls: { readonly verify: (typeof VERIFICATIONS)[number] };
  readonly status: StatusConfig;
  /** What heartbeat was told and decided is kept, so that it can be replayed; `size` in bytes. */
  readonly recorder: { readonly enabled: (typeof ANSWERS)[number]; readonly size: number };
  readonly monitors: readonly MonitorConfig[];
  readonly notifications: readonly NotifyConfig[];
}

export const DEFAULT_SUITE: SuiteConfig = {
  ipvs: { engine: 'auto' },
  agents: { prefer: 'script', watch: 'yes' },
  announce: { count: 5, interval: millis(200), refresh: seconds(60), probe: millis(200), probefirst: 'no' },
  tls: { verify: 'genuine' },
  status: DEFAULT_STATUS,
  recorder: { enabled: 'yes', size: 16 << 20 },
  monitors: [],
  notifications: [],
};

/** Readers by section and key. `monitor` stands for every `[monitor NAME]`, `notify` for every `[notify NAME]`. */
export const VOCABULARY = {
  ipvs: { engine: choice(ENGINES) },
  agents: { prefer: choice(PREFERENCES), watch: choice(ANSWERS) },
  announce: {
    count: count(1, 100),
    interval: duration(1),
    refresh: duration(0),
    probe: duration(0),
    probefirst: choice(ANSWERS),
  },
  tls: { verify: choice(VERIFICATIONS) },
  status: STATUS_KEYS,
  recorder: { enabled: choice(ANSWERS), size: size(256 << 10, 1 << 30) },
  monitor: MONITOR_KEYS,
  notify: NOTIFY_KEYS,
} as const satisfies Readonly<Record<string, Readonly<Record<string, Reader<unknown>>>>>;

type SectionKind = keyof typeof VOCABULARY;

interface Section {
  readonly kind: SectionKind;
  /** Of a monitor or a notify; empty for others. */
  readonly name: string;
  readonly head: Word;
  readonly values: Map<string, unknown>;
  readonly keys: Map<string, Word>;
}

type Complain = (under: Word, finding: Finding) => void;

/** Sections of which there may be several, each with a name. */
const NAMED: Readonly<Partial<Record<SectionKind, string>>> = {
  monitor: 'a monitor has a name: [monitor web]',
  notify: 'a notify has a name: [notify admins]',
};

const isKind = (word: string): word is SectionKind => Object.hasOwn(VOCABULARY, word);

const openSection = (sections: Section[], head: Word, complain: Complain): Section | undefined => {
  const [kind = '', ...rest] = head.value.trim().split(/\s+/);
  const name = rest.join(' ');
  if (!isKind(kind) || (NAMED[kind] === undefined && name !== '')) {
    const suggestion = suggest(kind, Object.keys(VOCABULARY));
    complain(head, { code: 'ha-suite.ini/unknown-section', message: `unknown section [${head.value}]`, suggestion });
    return undefined;
  }
  const named = NAMED[kind];
  if (named !== undefined && name === '') {
    complain(head, { code: `ha-suite.ini/unnamed-${kind}`, message: named });
    return undefined;
  }
  const known = sections.find((section) => section.kind === kind && section.name === name);
  if (known !== undefined) {
    const message = `[${head.value}] stands already in line ${known.head.at.line}`;
    complain(head, { code: 'ha-suite.ini/section-twice', message });
    return known;
  }
  const section: Section = { kind, name, head, values: new Map(), keys: new Map() };
  sections.push(section);
  return section;
};

const setKey = (section: Section, key: Word, value: Word, complain: Complain): void => {
  const readers: Readonly<Record<string, Reader<unknown>>> = VOCABULARY[section.kind];
  const read = Object.hasOwn(readers, key.value) ? readers[key.value] : undefined;
  if (read === undefined) {
    const suggestion = suggest(key.value, Object.keys(readers));
    const message = `unknown key '${key.value}' in section [${section.kind}]`;
    complain(key, { code: 'ha-suite.ini/unknown-key', message, suggestion });
    return;
  }
  const twin = section.keys.get(key.value);
  if (twin !== undefined)
    complain(key, { code: 'ha-suite.ini/key-twice', message: `${key.value} stands already in line ${twin.at.line}` });
  section.keys.set(key.value, key);
  const result = read(String(unsafe(value.value)));
  if (result.ok) section.values.set(key.value, result.value);
  else
    complain(value, {
      code: 'ha-suite.ini/bad-value',
      message: `${key.value}: ${result.message}`,
      suggestion: result.suggestion,
    });
};

/** The parts of `key = value`, each where it stands. */
const keyAndValue = (source: Source, number: number, line: string): readonly [Word, Word] | undefined => {
  const match = /^(\s*)([^=\s][^=]*?)(\s*=\s*)(.*?)\s*$/.exec(line);
  if (match === null) return undefined;
  const [, indent = '', key = '', equals = '', value = ''] = match;
  const column = indent.length + 1;
  return [
    { value: key, at: place(source, number, column) },
    { value, at: place(source, number, Math.min(column + key.length + equals.length, line.length)) },
  ];
};

const readSections = (source: Source, complain: Complain): readonly Section[] => {
  const sections: Section[] = [];
  let current: Section | undefined;
  let skipping = false;
  for (const [index, line] of source.lines.entries()) {
    if (/^\s*([;#].*)?$/.test(line)) continue;
    const head = /^(\s*)\[([^\]]*)\]\s*([;#].*)?$/.exec(line);
    if (head !== null) {
      const word = { value: head[2] ?? '', at: place(source, index + 1, (head[1] ?? '').length + 2) };
      current = openSection(sections, word, complain);
      // What stands in an unknown section is not reported once more, line by line.
      skipping = current === undefined;
      continue;
    }
    if (skipping) continue;
    const indent = line.length - line.trimStart().length;
    const whole = { value: line.trim(), at: place(source, index + 1, indent + 1) };
    const pair = keyAndValue(source, index + 1, line);
    if (pair === undefined)
      complain(whole, { code: 'ha-suite.ini/junk', message: "a line is '[section]' or 'key = value'" });
    else if (current === undefined)
      complain(whole, { code: 'ha-suite.ini/no-section', message: 'a setting stands below a [section]' });
    else setKey(current, pair[0], pair[1], complain);
  }
  return sections;
};

/** Reads the text of ha-suite.ini. Whatever is wrong keeps its default. Never throws. */
export const parseSuite = (text: string, file: string): Parsed<SuiteConfig> => {
  const source = sourceOf(file, text);
  const diagnostics: Diagnostic[] = [];
  const complain: Complain = (under, finding) => {
    diagnostics.push(diagnosticAt(source, 'error', under, finding));
  };
  const sections = readSections(source, complain);
  const values = (kind: SectionKind): object =>
    Object.fromEntries(sections.find((section) => section.kind === kind)?.values ?? []);
  const value: SuiteConfig = {
    ipvs: { ...DEFAULT_SUITE.ipvs, ...values('ipvs') },
    agents: { ...DEFAULT_SUITE.agents, ...values('agents') },
    announce: { ...DEFAULT_SUITE.announce, ...values('announce') },
    tls: { ...DEFAULT_SUITE.tls, ...values('tls') },
    status: { ...DEFAULT_SUITE.status, ...values('status') },
    recorder: { ...DEFAULT_SUITE.recorder, ...values('recorder') },
    monitors: sections
      .filter(({ kind }) => kind === 'monitor')
      .flatMap((section) => monitorOf(section, complain) ?? []),
    notifications: sections
      .filter(({ kind }) => kind === 'notify')
      .flatMap((section) => notifyOf(section, complain) ?? []),
  };
  const status = sections.find(({ kind }) => kind === 'status');
  if (status !== undefined)
    for (const { severity, key, finding } of statusFindings(value.status))
      diagnostics.push(diagnosticAt(source, severity, status.keys.get(key) ?? status.head, finding));
  return { value, diagnostics: diagnostics.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column) };
};

/**
 * The engine to use: HA_SUITE_IPVS_ENGINE in the environment wins over `[ipvs] engine`; a word that is no engine is
 * reported in `problem` and does not count.
 */
export const engineChoice = (
  suite: SuiteConfig,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly engine: EngineChoice; readonly problem?: string } => {
  const wanted = environment.HA_SUITE_IPVS_ENGINE;
  if (wanted === undefined || wanted === '') return { engine: suite.ipvs.engine };
  const engine = ENGINES.find((candidate) => candidate === wanted);
  return engine === undefined
    ? { engine: suite.ipvs.engine, problem: `HA_SUITE_IPVS_ENGINE=${wanted}: must be one of ${ENGINES.join(', ')}` }
    : { engine };
};
