/**
 * Runs in User-Mode Linux: both solutions of "Hochverfügbarkeit", side by side, with direct routing by real IPVS.
 * Writes one JSON line `{ "name": …, "value": … }` for each thing that seed-001.test.ts looks at.
 */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suiteRoot } from '../../lib/lab/suite-files.js';
import { seedFile } from '../support/seeds/seed-file.js';
import { busiestShare, untilServedBy } from '../support/seeds/service.js';
import { syslogOf } from '../support/seeds/syslog.js';
import type { LightHost } from './light-host.js';
import {
  type Director,
  type Lan,
  type LanPlan,
  rules,
  type Step,
  separateMachine,
  tellStory,
  untilHeldBy,
  untilRules,
} from './seed-lan.js';

const VIRTUAL = '10.0.0.3';
const WINDOW = 4000;
const SERVICE = `-A -t ${VIRTUAL}:80 -s wlc`;
const REALS = [1, 2].map((number) => `-a -t ${VIRTUAL}:80 -r 192.168.0.${number}:80 -g -w 5`);
const FULL = [SERVICE, ...REALS];

/** What every real server of direct routing needs and the article takes for granted. */
const acceptVirtual = async (web: LightHost): Promise<void> => {
  await web.get(['sysctl', '-q', '-w', 'net.ipv4.conf.all.arp_ignore=1', 'net.ipv4.conf.all.arp_announce=2']);
  await web.get(['ip', 'address', 'add', `${VIRTUAL}/32`, 'dev', 'lo']);
};

const plan = (title: string, haresources: string, page: string, text: string, equip: LanPlan['equip']): LanPlan => ({
  title,
  directors: [
    { name: 'lvs1.domain.com', addresses: ['10.0.0.1/24', '192.168.0.251/24'] },
    { name: 'lvs2.domain.com', addresses: ['10.0.0.2/24', '192.168.0.252/24'] },
  ],
  webs: [
    { name: 'www1.domain.com', addresses: ['192.168.0.1/24'] },
    { name: 'www2.domain.com', addresses: ['192.168.0.2/24'] },
  ],
  client: { name: 'client', addresses: ['10.0.0.9/24', '192.168.0.9/24'] },
  gateway: { directors: '10.0.0.9', webs: '192.168.0.9' },
  // The article calls it ha.conf and has no keys; heartbeat reads ha.cf and insists on keys.
  files: { haCf: seedFile('001', 'ha.conf'), authkeys: 'auth 1\n1 crc\n', haresources },
  equip,
  equipWeb: acceptVirtual,
  pages: { [page]: text },
  target: { address: VIRTUAL, path: `/${page}` },
});

/** A mail program that keeps what it gets, where the monitor would hand it to the machine's own. */
const SENDMAIL = '#!/bin/sh\n{ cat; echo; } >>/run/lab/mails\n';

const equipForMon = async (director: LightHost): Promise<void> => {
  await director.write('/etc/init.d/lvs', seedFile('001', 'lvs'), '755');
  await director.write('/etc/mon/mon.cf', seedFile('001', 'mon.cf'));
  // Debian runs mon as a user that may not change the table of the kernel.
  const defaults = await director.read('/etc/default/mon');
  await director.write('/etc/default/mon', `${defaults}DAEMONUSER=root\n`);
  cpSync('/usr/lib/mon/alert.d', `/proc/${director.pid}/root/run/lab/alert.d`, { recursive: true });
  const alert = readFileSync(join(suiteRoot, 'packaging', 'mon', 'lvs.alert'), 'utf8');
  await director.write('/run/lab/alert.d/lvs.alert', alert, '755');
  await director.write('/run/lab/sendmail', SENDMAIL, '755');
  const own = 'mount --bind /run/lab/alert.d /usr/lib/mon/alert.d; mount --bind /run/lab/sendmail /usr/lib/sendmail';
  await director.get(['sh', '-ec', `mkdir -p /var/log/mon; ${own}`]);
};

const mails = async ({ host }: Director): Promise<readonly string[]> =>
  (await host.read('/run/lab/mails')).split('\n').filter((line) => /^(To|Subject): /.test(line));

/** What both solutions have in common: what the article promises of the pair, and of dying web servers. */
const pairStory = async (
  lan: Lan,
  step: Step,
  { out, more }: { readonly out: number; readonly more: (lan: Lan, step: Step) => Promise<void> },
): Promise<void> => {
  const { first, second, webs, prober } = lan;
  await step('lvs1 holds the address and serves', async () => {
    await Promise.all(webs.map((web) => web.start()));
    const started = await Promise.all([first.start(), second.start()]);
    await untilHeldBy(lan, VIRTUAL, first, 60_000);
    await untilRules(first, FULL, 60_000);
    await untilServedBy(prober, ['www1', 'www2'], 60_000, WINDOW);
    return {
      codes: started.map(({ code }) => code),
      share: busiestShare(prober, Date.now() - WINDOW),
      standby: rules(second),
      address: (await first.host.get(['ip', '-4', '-o', 'address', 'show', 'to', VIRTUAL])).trim(),
    };
  });
  await step('the heartbeats', async () => {
    const heard = await second.host.get([
      ...['timeout', '20', 'tcpdump', '-Z', 'root', '-A', '-n', '-l', '-c', '3', '-i', 'eth0'],
      'udp and src host 10.0.0.1 and dst port 1001',
    ]);
    return {
      to: /> (10\.0\.0\.255\.1001): UDP/.exec(heard)?.[1],
      hops: /\bttl=(\d+)/.exec(heard)?.[1],
      auth: /\bauth=(1 [0-9a-f]+)/.exec(heard)?.[1],
    };
  });
  await step('www1 dies and goes out', async () => {
    await webs[0].stop();
    await untilRules(first, [SERVICE, ...REALS.slice(1)], out);
    await untilServedBy(prober, ['www2'], 30_000, WINDOW);
    return rules(first);
  });
  await step('www1 comes back', async () => {
    await webs[0].start();
    await untilRules(first, FULL, 60_000);
    await untilServedBy(prober, ['www1', 'www2'], 30_000, WINDOW);
    return rules(first);
  });
  await more(lan, step);
  await step('lvs1 dies, lvs2 takes over', async () => {
    await lan.powerOff(first);
    await untilHeldBy(lan, VIRTUAL, second, 60_000);
    await untilRules(second, FULL, 60_000);
    await untilServedBy(prober, ['www1', 'www2'], 60_000, WINDOW);
    return (await syslogOf(second.host)).filter((line) => /is dead$|being acquired/.test(line));
  });
  await step('lvs1 comes back, lvs2 releases', async () => {
    await lan.boot(first);
    await untilHeldBy(lan, VIRTUAL, first, 90_000);
    await untilRules(first, FULL, 60_000);
    await untilRules(second, [], 30_000);
    await untilServedBy(prober, ['www1', 'www2'], 60_000, WINDOW);
    return { first: rules(first), second: rules(second) };
  });
  await step('both stop', async () => {
    const codes = [(await second.stop()).code, (await first.stop()).code];
    return { codes, owners: lan.owners(VIRTUAL), rules: rules(first) };
  });
};

/** A look at the resources as init scripts, on the director that has them and on the one that has not. */
const statusOf = async ({ host }: Director, script: string) => {
  const { code, stdout } = await host.run([`/etc/init.d/${script}`, 'status']);
  return { code, said: stdout.trim() };
};

separateMachine();

const mon = tellStory(
  plan('mon', seedFile('001', 'haresources.mon'), 'index.html', 'www\n', equipForMon),
  (lan, step) =>
    pairStory(lan, step, {
      // Two first looks within randstart (30 s), then one every 10 s.
      out: 60_000,
      more: async ({ first, second }, say) =>
        say('mon', async () => ({
          mails: await mails(first),
          first: await statusOf(first, 'mon'),
          second: await statusOf(second, 'mon'),
          lvs: await statusOf(first, 'lvs'),
          forwards: (await first.host.get(['cat', '/proc/sys/net/ipv4/ip_forward'])).trim(),
        })),
    }),
);

const ldirectord = tellStory(
  plan('ldirectord', seedFile('001', 'haresources.ldirectord'), '.testpage', 'test page\n', (director) =>
    // The article writes www.cf and then starts "www": no suffix is ever added, so the file has to be called that.
    director.write('/etc/ha.d/www', seedFile('001', 'www.cf')),
  ),
  (lan, step) =>
    pairStory(lan, step, {
      out: 45_000,
      more: async ({ first, webs, prober }, say) => {
        await say('www2 has another page', async () => {
          await webs[1].publish('.testpage', 'under construction\n');
          await untilRules(first, [SERVICE, REALS[0] ?? ''], 45_000);
          await untilServedBy(prober, ['www1'], 30_000, WINDOW);
          const seen = rules(first);
          // It is back when lvs2 takes over.
          await webs[1].publish('.testpage', 'test page\n');
          return seen;
        });
        await say('what ldirectord says', async () => {
          const log = (await first.host.read('/var/log/ldirectord.log')).split('\n');
          const { stdout } = await first.host.run(['/etc/ha.d/resource.d/ldirectord', 'www', 'status']);
          return { status: stdout.trim(), log: log.map((line) => line.replace(/^\[[^\]]*\] /, '')) };
        });
      },
    }),
);

const held = await Promise.all([mon, ldirectord]);
process.exit(held.every(Boolean) ? 0 : 1);
