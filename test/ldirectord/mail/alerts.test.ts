/** Which mails are sent, and when: ldirectord reference 5.7, on virtual time. */
import fc from 'fast-check';
import type { DaemonStatus, DirectorConfig, Virtual } from '../../../lib/ldirectord/config/model.js';
import {
  type AlertEvent,
  type Alerts,
  type Mail,
  type News,
  NO_ALERTS,
  nextLook,
  stepAlerts,
  virtualsOf,
} from '../../../lib/ldirectord/mail/alerts.js';
import { seconds } from '../../../lib/time.js';
import { config, real, virtual } from '../build.js';

const STATUSES = ['starting', 'running', 'stopping', 'reloading'] as const;
const ID = 'tcp:10.0.0.3:80';
const R1 = '192.168.0.1:80';

const alerting = (more: Partial<Virtual['alert']> = {}, others: Partial<Virtual> = {}): DirectorConfig =>
  config([
    virtual('10.0.0.3:80', [real('192.168.0.1'), real('192.168.0.2')], {
      alert: { to: 'admin@example.test', frequency: 0, statuses: STATUSES, smtp: undefined, ...more },
      ...others,
    }),
  ]);
const deleted = (name = R1): News => ({
  virtualId: ID,
  subject: `Deleted real server: ${name} (10.0.0.3:80)`,
  real: name,
  isOut: true,
});
const added = (name = R1): News => ({
  virtualId: ID,
  subject: `Added real server: ${name} (10.0.0.3:80) (Weight set to 1)`,
  real: name,
  isOut: false,
});

/** Alerts on virtual time. */
const simulate = (given: DirectorConfig) => {
  let alerts: Alerts = NO_ALERTS;
  let present = given;
  let status: DaemonStatus = 'running';
  const take = (event: AlertEvent, at: number): readonly Mail[] => {
    const scene = { virtuals: virtualsOf(present), from: present.emailAlertFrom, status, now: seconds(at) };
    const step = stepAlerts(alerts, event, scene);
    alerts = step.alerts;
    return step.mails;
  };
  return {
    tell: (news: News, at = 0) => take({ kind: 'news', news: [news] }, at).map(({ subject }) => subject),
    look: (at: number) => take({ kind: 'look' }, at).map(({ subject }) => subject),
    mails: (...news: readonly News[]) => take({ kind: 'news', news }, 0),
    reload: (next: DirectorConfig) => {
      present = next;
    },
    become: (next: DaemonStatus) => {
      status = next;
    },
    nextLook: () => nextLook(alerts, virtualsOf(present)),
  };
};

test('a mail for each change, with the log line as its subject, the name of the service, the comment and the sender', () => {
  const names = { serviceName: 'Web Site', comment: 'call Bob' };
  const sim = simulate({ ...alerting({ smtp: 'mailhost' }, names), emailAlertFrom: 'lb@example.test' });
  const news = deleted();
  expect(sim.mails(news)).toEqual([
    {
      news,
      to: 'admin@example.test',
      smtp: 'mailhost',
      from: 'lb@example.test',
      subject: 'Deleted real server: 192.168.0.1:80 (10.0.0.3:80)',
      status: 'running',
      ...names,
    },
  ]);
});

test('a batch of news is as many mails, in order; what comes back in the same batch is not reminded of', () => {
  const sim = simulate(alerting({ frequency: 60 }));
  const other = '192.168.0.2:80';
  const batch = [deleted(), deleted(other), added()];
  expect(sim.mails(...batch).map(({ news }) => news)).toEqual(batch);
  expect(sim.look(60)).toEqual([`Inaccessible real server: ${other} (10.0.0.3:80)`]);
});

test('ten thousand servers that fail together are no trouble', () => {
  const reals = Array.from({ length: 100 }, (_, index) => real(`192.168.0.${index}`));
  const alert = { to: 'admin@example.test', frequency: 60, statuses: STATUSES, smtp: undefined };
  const many = config(Array.from({ length: 100 }, (_, index) => virtual(`10.0.0.${index}:80`, reals, { alert })));
  const sim = simulate(many);
  const news = many.virtuals.flatMap((_, index) =>
    reals.map(({ address }) => ({ ...deleted(`${address}:80`), virtualId: `tcp:10.0.0.${index}:80` })),
  );
  expect(sim.mails(...news)).toHaveLength(10_000);
  expect(sim.look(60)).toHaveLength(10_000);
  expect(sim.look(61)).toEqual([]);
});

test('nobody asked, nobody is told', () => {
  expect(simulate(alerting({ to: '' })).tell(deleted())).toEqual([]);
  expect(simulate(alerting()).tell({ ...deleted(), virtualId: 'tcp:10.0.0.9:80' })).toEqual([]);
});

test.each(STATUSES)('emailalertstatus=%s lets the mails of that status pass and keeps all others back', (wanted) => {
  const sim = simulate(alerting({ statuses: [wanted] }));
  for (const status of STATUSES) {
    sim.become(status);
    expect(sim.tell(deleted())).toHaveLength(status === wanted ? 1 : 0);
  }
});

test('without emailalertfreq there are no reminders', () => {
  const sim = simulate(alerting());
  sim.tell(deleted());
  expect(sim.nextLook()).toBeUndefined();
  expect(sim.look(1000)).toEqual([]);
});

test('emailalertfreq: a reminder that often, until the server is back', () => {
  const sim = simulate(alerting({ frequency: 60 }));
  sim.tell(deleted(), 0);
  const text = 'Inaccessible real server: 192.168.0.1:80 (10.0.0.3:80)';
  expect(sim.nextLook()).toBe(60_000);
  expect(sim.look(59)).toEqual([]);
  expect(sim.look(60)).toEqual([text]);
  expect(sim.look(61)).toEqual([]);
  expect(sim.look(125)).toEqual([text]);
  sim.tell(added(), 130);
  expect(sim.nextLook()).toBeUndefined();
  expect(sim.look(1000)).toEqual([]);
});

test('a fallback is told of, but nobody is reminded of it', () => {
  const sim = simulate(alerting({ frequency: 60 }));
  const subject = 'Deleted fallback server: 127.0.0.1:80 (10.0.0.3:80)';
  expect(sim.tell({ virtualId: ID, subject, real: undefined, isOut: false })).toEqual([subject]);
  expect(sim.nextLook()).toBeUndefined();
});

test('the status filter keeps the first mail back, but the server is remembered all the same', () => {
  const sim = simulate(alerting({ frequency: 60, statuses: ['running'] }));
  sim.become('starting');
  expect(sim.tell(deleted())).toEqual([]);
  sim.become('running');
  expect(sim.look(60)).toHaveLength(1);
});

test('a reload keeps the reminders, with the new interval; a server that it drops is forgotten', () => {
  const sim = simulate(alerting({ frequency: 60 }));
  sim.tell(deleted(), 0);
  sim.tell(deleted('192.168.0.2:80'), 0);
  sim.reload(alerting({ frequency: 10 }, { reals: [real('192.168.0.1')] }));
  expect(sim.nextLook()).toBe(10_000);
  expect(sim.look(10)).toEqual(['Inaccessible real server: 192.168.0.1:80 (10.0.0.3:80)']);
  sim.reload(alerting());
  expect(sim.look(100)).toEqual([]);
  sim.reload(alerting({ frequency: 10 }));
  expect(sim.look(1000)).toEqual([]);
});

test('whatever happens: reminders only for servers that are out, at most one per interval and server', () => {
  const happening = fc.oneof(
    fc.record({ kind: fc.constant('out' as const), name: fc.constantFrom('192.168.0.1:80', '192.168.0.2:80') }),
    fc.record({ kind: fc.constant('back' as const), name: fc.constantFrom('192.168.0.1:80', '192.168.0.2:80') }),
    fc.record({ kind: fc.constant('wait' as const), time: fc.integer({ min: 0, max: 50 }) }),
  );
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), fc.integer({ min: 1, max: 30 }), (happenings, frequency) => {
      const sim = simulate(alerting({ frequency }));
      const told = new Map<string, number>();
      let at = 0;
      for (const one of happenings) {
        if (one.kind === 'out') {
          expect(sim.tell(deleted(one.name), at)).toHaveLength(1);
          told.set(one.name, at);
        } else if (one.kind === 'back') {
          expect(sim.tell(added(one.name), at)).toHaveLength(1);
          told.delete(one.name);
        } else at += one.time;
        const due = [...told].filter(([, since]) => at - since >= frequency).map(([name]) => name);
        expect(sim.look(at).toSorted()).toEqual(
          due.map((name) => `Inaccessible real server: ${name} (10.0.0.3:80)`).toSorted(),
        );
        for (const name of due) told.set(name, at);
        const times = [...told.values()].map((since) => (since + frequency) * 1000);
        expect(sim.nextLook()).toBe(times.length === 0 ? undefined : Math.min(...times));
      }
    }),
  );
});
