/** Every sentence of which a story may consist. */
import type { Condition } from './real-servers.js';
import type { Parts, When } from './slots.js';
import type { Happening, Story } from './story.js';

export interface Sentence {
  /** Literal words, and in capitals what is read. */
  readonly form: readonly string[];
  readonly tell: (parts: Parts) => Story;
}

const during = ({ from, to }: When, begin: Happening, end?: Happening): Story => ({
  moments: [
    { at: from, happening: begin },
    ...(to === undefined || end === undefined ? [] : [{ at: to, happening: end }]),
  ],
});

const sentence = (form: string, tell: Sentence['tell']): Sentence => ({ form: form.split(' '), tell });

const WELL: Condition = { is: 'well' };

const realDuring = ({ real, when }: Pick<Parts, 'real' | 'when'>, condition: Condition): Story =>
  during(when, { type: 'real', real, condition }, { type: 'real', real, condition: WELL });

/** `WHEN` may be `at TIME`, `TIME-TIME` or nothing, `AT` only the first; `SCOPE` may be left out. */
export const SENTENCES: readonly Sentence[] = [
  sentence('NODE loses power WHEN', ({ node, when }) =>
    during(when, { type: 'power', node, on: false }, { type: 'power', node, on: true }),
  ),
  sentence('NODE boots AT', ({ node, when }) => during(when, { type: 'power', node, on: true })),
  sentence('NODE starts AT', ({ node, when }) => during(when, { type: 'daemon', node, act: 'start' })),
  sentence('NODE stops WHEN', ({ node, when }) =>
    during(when, { type: 'daemon', node, act: 'stop' }, { type: 'daemon', node, act: 'start' }),
  ),
  sentence('NODE hangs WHEN', ({ node, when }) =>
    during(when, { type: 'hang', node, still: true }, { type: 'hang', node, still: false }),
  ),
  sentence('NODE standby SCOPE AT', ({ node, scope, when }) =>
    during(when, { type: 'ask', tool: 'standby', node, scope }),
  ),
  sentence('NODE takeover SCOPE AT', ({ node, scope, when }) =>
    during(when, { type: 'ask', tool: 'takeover', node, scope }),
  ),
  sentence('daemon of NODE dies WHEN', ({ node, when }) =>
    during(when, { type: 'daemon', node, act: 'kill' }, { type: 'daemon', node, act: 'start' }),
  ),
  sentence('clock of NODE STEP AT', ({ node, step, when }) => during(when, { type: 'clock', node, by: step })),
  sentence('LINK of NODE down WHEN', ({ link, node, when }) =>
    during(when, { type: 'link', link, node, up: false }, { type: 'link', link, node, up: true }),
  ),
  sentence('LINK down WHEN', ({ link, when }) =>
    during(when, { type: 'link', link, up: false }, { type: 'link', link, up: true }),
  ),
  sentence('loss SHARE WHEN', ({ share, when }) =>
    during(when, { type: 'weather', what: 'loss', value: share }, { type: 'weather', what: 'loss', value: 0 }),
  ),
  sentence('delay TIME WHEN', ({ time, when }) =>
    during(when, { type: 'weather', what: 'delay', value: time }, { type: 'weather', what: 'delay', value: 0 }),
  ),
  sentence('jitter TIME WHEN', ({ time, when }) =>
    during(when, { type: 'weather', what: 'jitter', value: time }, { type: 'weather', what: 'jitter', value: 0 }),
  ),
  sentence('REAL silent WHEN', (parts) => realDuring(parts, { is: 'silent' })),
  sentence('REAL refuses WHEN', (parts) => realDuring(parts, { is: 'refusing' })),
  sentence('REAL answers wrong WHEN', (parts) => realDuring(parts, { is: 'wrong' })),
  sentence('REAL slow TIME WHEN', (parts) => realDuring(parts, { is: 'slow', by: parts.time })),
  sentence('REAL answers AT', (parts) => realDuring(parts, WELL)),
  sentence('REAL in maintenance WHEN', ({ real, when }) =>
    during(when, { type: 'maintenance', real, isOut: true }, { type: 'maintenance', real, isOut: false }),
  ),
  sentence('RESOURCE on NODE fails to start WHEN', ({ resource, node, when }) =>
    during(
      when,
      { type: 'resource', resource, node, starts: false },
      { type: 'resource', resource, node, starts: true },
    ),
  ),
  sentence('end AT', ({ when }) => ({ moments: [], end: when.from })),
];

/** For help texts: every form, as it is written. */
export const FORMS: readonly string[] = SENTENCES.map(({ form }) => form.join(' '));
