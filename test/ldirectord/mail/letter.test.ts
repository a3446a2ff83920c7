/** The text of an alert, against what genuine handed to sendmail and to an SMTP server. */
import fc from 'fast-check';
import type { Mail } from '../../../lib/ldirectord/mail/alerts.js';
import { letterFor, sendmailText, smtpText } from '../../../lib/ldirectord/mail/letter.js';
import { loadCase } from '../../support/director-golden/scenario.js';

const mail: Mail = {
  news: undefined,
  to: 'admin@example.test',
  smtp: undefined,
  from: undefined,
  subject: 'Deleted real server: 192.168.0.1:80 (10.0.0.3:80)',
  status: 'running',
  serviceName: undefined,
  comment: undefined,
};
const stamp = { sender: 'root@director', date: new Date(0), messageId: '1@director' };

test('what sendmail gets is what genuine gave it', () => {
  const [first] = (loadCase('email-status-filter').kept.get('sendmail.out') ?? '').split('--- end\n');
  expect(`argv: -t\n${sendmailText(letterFor(mail, 'director'))}`).toBe(first);
});

test('what an SMTP server gets is what genuine gave it, with a date and an identification besides', () => {
  const genuine = (loadCase('email-smtp').received.get('mail') ?? []).find((said) => said.includes('Deleted real'));
  const message = genuine?.split('DATA\r\n')[1]?.split('.\r\nQUIT')[0]?.replaceAll('\r\n', '\n');
  const letter = letterFor(
    {
      ...mail,
      to: 'admin@example.test, ops@example.test',
      from: 'LB <lb@example.test>',
      subject: 'Deleted real server: 192.168.0.2:80 (10.0.0.3:80)',
      status: 'starting',
      serviceName: 'Web Site',
      comment: 'call Bob',
    },
    'director',
  );
  const ours = smtpText(letter, stamp);
  expect(ours).toContain('\nDate: Thu, 01 Jan 1970 00:00:00 +0000\nMessage-ID: <1@director>\n\n');
  expect(ours.replace(/^Date: .*\nMessage-ID: .*\n/m, '')).toBe(message);
});

test('without emailalertfrom the sender is the user of this machine; sendmail knows that by itself', () => {
  expect(smtpText(letterFor(mail, 'director'), stamp)).toMatch(/^From: root@director\n/);
  expect(sendmailText(letterFor(mail, 'director'))).not.toContain('From:');
  expect(sendmailText(letterFor({ ...mail, from: 'lb@example.test' }, 'director'))).toContain(
    '\nFrom: lb@example.test\n\n',
  );
});

test('a name beyond ASCII is encoded in the subject and declared in the body', () => {
  const text = smtpText(letterFor({ ...mail, serviceName: 'Büro-Wiki für alle Außenstellen' }, 'director'), stamp);
  const words = [...text.matchAll(/=\?UTF-8\?B\?([^?]*)\?=/g)].map(([, word]) => Buffer.from(word ?? '', 'base64'));
  expect(Buffer.concat(words).toString()).toBe(`[Büro-Wiki für alle Außenstellen] ${mail.subject}`);
  expect(text.split('\n\n')[0]).toMatch(/^[\x20-\x7e\n]*$/);
  expect(text).toContain('\nContent-Type: text/plain; charset=utf-8\n');
  expect(text).toContain('Service name: Büro-Wiki für alle Außenstellen\n');
});

test('nothing in a configuration can add a header, end one or end the message', () => {
  const name = fc.string({ unit: 'binary', maxLength: 60 });
  fc.assert(
    fc.property(name, name, name, name, (to, from, serviceName, comment) => {
      const text = smtpText(letterFor({ ...mail, to, from, serviceName, comment }, 'director'), stamp);
      const [head = ''] = text.split('\n\n');
      const names = head
        .replace(/\n /g, ' ')
        .split('\n')
        .map((line) => /^([A-Za-z-]+): ?/.exec(line)?.[1]);
      const typed = ['MIME-Version', 'Content-Type', 'Content-Transfer-Encoding'];
      const plain = ['From', 'To', 'Subject', 'Date', 'Message-ID'];
      expect(names).toEqual(names.length > plain.length ? [...plain, ...typed] : plain);
      for (const line of head.split('\n')) if (/^(Subject|[ ]=)/.test(line)) expect(line.length).toBeLessThan(999);
      expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
    }),
  );
});
