/** What is answered to whom: the paths of the status page, over what the watch knows. Does no I/O of its own. */
import type { HaEvent } from '../../events/event.js';
import { eventLine } from '../../events/event.js';
import type { HttpAnswer, HttpFollower, HttpRequest } from '../../platform/http-server.js';
import { isAuthorised, isLocalHost } from './auth.js';
import { METRICS_TYPE, metricsText } from './metrics.js';
import { CONTENT_POLICY, pageOf, sectionsOf } from './page.js';
import type { ServeSettings } from './settings.js';
import type { Watch } from './watch.js';

/** More watchers at a time are sent away. */
const MAX_FOLLOWERS = 100;

export interface Site {
  readonly answer: (request: HttpRequest) => Promise<HttpAnswer>;
  /** Tells the watchers what a look has brought. */
  readonly looked: () => void;
  readonly happened: (event: HaEvent) => void;
}

/** On every answer. */
const GUARDS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': CONTENT_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const TEXT = 'text/plain; charset=utf-8';
const STREAM = 'text/event-stream; charset=utf-8';

const whole = (
  status: number,
  type: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer => ({ kind: 'whole', status, type, body, headers: { ...GUARDS, ...headers } });

/** A message of server-sent events; `data` is one line. */
const message = (name: string, data: string): string => `event: ${name}\ndata: ${data}\n\n`;

/** Making something again waits so many times as long as making it took: thousands of servers take a while. */
const REST = 4;

/** Made once for everybody who asks between two looks; asked for while it is being made, or soon after, it is the same. */
const onceATurn = <T>(watch: () => Watch, mono: () => number, make: () => T): (() => T) => {
  let made: { readonly turn: string; readonly value: T } | undefined;
  let restsUntil = Number.NEGATIVE_INFINITY;
  return () => {
    const turn = watch().turn();
    if (made !== undefined && (made.turn === turn || mono() < restsUntil)) return made.value;
    const begun = mono();
    const value = make();
    const finish = (): void => {
      restsUntil = mono() + REST * (mono() - begun);
    };
    if (value instanceof Promise) {
      restsUntil = Number.POSITIVE_INFINITY;
      void value.then(finish, finish);
    } else finish();
    made = { turn, value };
    return value;
  };
};

/** A section with more characters goes to a follower at most so often, in milliseconds. */
const LARGE = 1 << 18;
const LARGE_EVERY = 5000;

interface PageFollower extends HttpFollower {
  /** What he has been sent of each section. */
  readonly shown: Map<string, string>;
  /** When he was sent a large one last. */
  largeAt: number;
}

/**
 * @param watch asked for each time, because it begins after the site
 * @param version of ha-suite
 * @param mono monotonic milliseconds
 */
export const createSite = (
  { credentials, isLocal }: Pick<ServeSettings, 'credentials' | 'isLocal'>,
  watch: () => Watch,
  version: string,
  mono: () => number,
): Site => {
  const onPage = new Set<PageFollower>();
  const onEvents = new Set<HttpFollower>();
  const page = onceATurn(watch, mono, () => Buffer.from(pageOf(watch().view())));
  const sections = onceATurn(watch, mono, () => sectionsOf(watch().view()));
  const status = onceATurn(watch, mono, () => JSON.stringify(watch().view().status));
  const metrics = onceATurn(watch, mono, async () => {
    const counts = { events: watch().counts(), watchers: onPage.size + onEvents.size };
    return Buffer.from(await metricsText(watch().view().status, counts, version));
  });

  /** The same news are put into words once, however many they go to. */
  const framed = new WeakMap<object, Map<string, string>>();
  const newsOf = (now: ReturnType<typeof sections>, names: readonly string[]): string => {
    const known = framed.get(now) ?? new Map<string, string>();
    framed.set(now, known);
    const key = names.join();
    const chosen = Object.entries(now).filter(([name]) => names.includes(name));
    const text = known.get(key) ?? message('sections', JSON.stringify(Object.fromEntries(chosen)));
    known.set(key, text);
    return text;
  };

  const showSections = (one: PageFollower): void => {
    // Who has not taken the last news gets the next that he can take, not all of them.
    if (one.isBehind()) return;
    const now = sections();
    const mayBeLarge = mono() - one.largeAt >= LARGE_EVERY;
    const changed = Object.entries(now).filter(
      ([name, text]) => one.shown.get(name) !== text && (mayBeLarge || text.length < LARGE),
    );
    for (const [name, text] of changed) {
      one.shown.set(name, text);
      if (text.length >= LARGE) one.largeAt = mono();
    }
    // Even without news he is to know that we are there.
    one.send(
      newsOf(
        now,
        changed.map(([name]) => name),
      ),
    );
  };

  const follow = (begin: (follower: HttpFollower) => () => void): HttpAnswer =>
    onPage.size + onEvents.size >= MAX_FOLLOWERS
      ? whole(503, TEXT, 'Too many follow this page.\n', { 'retry-after': '10' })
      : { kind: 'stream', type: STREAM, headers: { ...GUARDS, 'x-accel-buffering': 'no' }, begin };

  const followPage = (): HttpAnswer =>
    follow((follower) => {
      const one: PageFollower = { ...follower, shown: new Map(), largeAt: Number.NEGATIVE_INFINITY };
      onPage.add(one);
      showSections(one);
      return () => onPage.delete(one);
    });

  const followEvents = (): HttpAnswer =>
    follow((one) => {
      onEvents.add(one);
      one.send(message('status', status()));
      return () => onEvents.delete(one);
    });

  const health = (): HttpAnswer => {
    const { heartbeat, directors } = watch().view().status;
    const isKnown = [heartbeat, ...directors.map(({ heard }) => heard)].some(
      (heard) => heard.snapshot !== null && !heard.stale,
    );
    return isKnown ? whole(200, TEXT, 'ok\n') : whole(503, TEXT, 'no daemon answers\n');
  };

  const answerTo = async (path: string): Promise<HttpAnswer> => {
    switch (path) {
      case '/':
        return whole(200, 'text/html; charset=utf-8', page());
      case '/status.json':
        return whole(200, 'application/json', `${status()}\n`);
      case '/metrics':
        return whole(200, METRICS_TYPE, await metrics());
      case '/live':
        return followPage();
      case '/events':
        return followEvents();
      default:
        return whole(404, TEXT, 'There is no such page.\n');
    }
  };

  return {
    answer: async ({ path, authorization, host }) => {
      // It tells nothing but that somebody answers, and who watches over it often has no password.
      if (path === '/healthz') return health();
      if (credentials === undefined && isLocal && !isLocalHost(host))
        return whole(421, TEXT, 'Ask for this page by its address.\n');
      if (credentials !== undefined && !isAuthorised(authorization, credentials))
        return whole(401, TEXT, 'User and password, please.\n', {
          'www-authenticate': 'Basic realm="ha-suite", charset="UTF-8"',
        });
      return answerTo(path);
    },
    looked: () => {
      for (const one of onPage) showSections(one);
      for (const one of onEvents) if (!one.isBehind()) one.send(message('status', status()));
    },
    happened: (event) => {
      const text = message('happening', eventLine(event));
      for (const one of onEvents) one.send(text);
    },
  };
};
