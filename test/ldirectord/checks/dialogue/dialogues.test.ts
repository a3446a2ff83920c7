/** The dialogue checks against scripted servers on loopback: what is up, and what a failure says. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { negotiationOf } from '../../../../lib/ldirectord/checks/negotiate.js';
import type { Virtual } from '../../../../lib/ldirectord/config/model.js';
import { makeCertificate } from '../../../support/certificate.js';
import {
  type DialogueScript,
  type Rule,
  type Scripted,
  startScripted,
} from '../../../support/dialogues/scripted-server.js';
import { scratchFolder } from '../../../support/real-servers/server.js';
import { inWords, targetOn, timed } from '../run.js';
import { closedPort, closeServers, type TestServer, tcpServer } from '../servers.js';

const running: Scripted[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
  await closeServers();
});

/** The verdict of a virtual's negotiate check on a port; the limit only matters when the server is silent. */
const checked = async (port: number, more: Partial<Virtual>, deadline = 20_000, verify?: 'chain' | 'full' | 'off') => {
  const target = { ...targetOn(port, { checkType: { kind: 'negotiate' }, ...more }), ...(verify && { verify }) };
  const negotiation = negotiationOf(target.virtual);
  const { verdict, took } = await timed(negotiation.check, target, deadline);
  return { words: inWords(verdict), took };
};
const against = async (script: DialogueScript, more: Partial<Virtual>): Promise<string> => {
  const server = await startScripted(script);
  running.push(server);
  return (await checked(server.port, more)).words;
};

const udp = { key: { protocol: 'udp', family: 'ipv4', address: '10.0.0.3', port: 5060 } } as const;
const POP: readonly Rule[] = [
  ['^CAPA', '+OK\r\n.\r\n'],
  ['^', '+OK\r\n'],
];
const LOGIN = { login: 'u', password: 'p' };

describe('a failure names layer and cause with the words of the server', () => {
  test.each<readonly [string, DialogueScript, Partial<Virtual>, string]>([
    [
      'smtp greeting',
      { kind: 'line', banner: '554 5.7.1 go away\r\n' },
      { service: 'smtp' },
      'L7STATUS 554 5.7.1 go away: ',
    ],
    [
      'EHLO and HELO',
      {
        kind: 'line',
        banner: '220 a\r\n',
        rules: [
          ['^EHLO', '502 what?\r\n'],
          ['^HELO', '550 no\r\n'],
        ],
      },
      { service: 'submission' },
      'L7STATUS 550 no: ',
    ],
    [
      'pop password',
      { kind: 'line', banner: '+OK\r\n', rules: [['^PASS', '-ERR [AUTH] failed\r\n'], ...POP] },
      { service: 'pop', ...LOGIN },
      'L7STATUS -ERR [AUTH] failed: ',
    ],
    [
      'imap login',
      { kind: 'line', banner: '* OK\r\n', rules: [['^(\\S+) LOGIN', '$1 NO [AUTHENTICATIONFAILED] wrong\r\n']] },
      { service: 'imap', ...LOGIN },
      'L7STATUS NO [AUTHENTICATIONFAILED] wrong: ',
    ],
    ['imap greeting', { kind: 'line', banner: '* BYE full\r\n' }, { service: 'imap' }, 'L7STATUS * BYE full: '],
    ['nntp greeting', { kind: 'line', banner: '400 busy\r\n' }, { service: 'nntp' }, 'L7STATUS 400 busy: '],
    [
      'ftp login, not the file that is missing because of it',
      {
        kind: 'ftp',
        rules: [
          ['^PASS', '530 Login incorrect.\r\n'],
          ['^RETR', '530 Please login.\r\n'],
        ],
      },
      { service: 'ftp', ...LOGIN, request: '/f', receive: 'x' },
      'L7STATUS 530 Login incorrect.: ',
    ],
    [
      'ftp file',
      { kind: 'ftp' },
      { service: 'ftp', ...LOGIN, request: '/f', receive: 'x' },
      'L7STATUS 550 no such file: ',
    ],
    [
      'ftp data',
      { kind: 'ftp', files: { '/f': 'other\n' } },
      { service: 'ftp', ...LOGIN, request: '/f', receive: 'x' },
      'L7PATTERN other: ',
    ],
    [
      'sip status',
      { kind: 'sip', reply: 'SIP/2.0 503 Busy\r\n\r\n' },
      { service: 'sip' },
      'L7STATUS SIP/2.0 503 Busy: ',
    ],
    ['sip nonsense', { kind: 'sip', reply: 'hello\r\n\r\n' }, { service: 'sip' }, 'L7RESPONSE hello: '],
    [
      'simpletcp pattern',
      { kind: 'line', onEof: 'no\nmore\n' },
      { service: 'simpletcp', request: '/x', receive: 'PONG' },
      'L7PATTERN no: ',
    ],
    [
      'simpletcp nothing',
      { kind: 'line', onEof: '' },
      { service: 'simpletcp', request: '/x' },
      'L7RESPONSE no answer: ',
    ],
    [
      'bytes that are no UTF-8',
      { kind: 'line', banner: '554 \xff\xfe\x80\r\n' },
      { service: 'smtp' },
      'L7STATUS 554 \xff\xfe\x80: ',
    ],
  ])('%s', async (_name, script, more, words) => {
    expect(await against(script, more)).toBe(words);
  });

  test.each(['smtp', 'submission', 'pop', 'pops', 'imap', 'imaps', 'nntp', 'ftp', 'sip', 'simpletcp'] as const)(
    '%s: nobody listens (also without a login or anything to receive)',
    async (service) => {
      expect((await checked(await closedPort(), { service })).words).toBe('L4REFUSED: ');
    },
  );

  test('udp: nobody listens', async () => {
    const server = await startScripted({ kind: 'hang', udp: true });
    await server.close();
    for (const service of ['sip', 'simpletcp'] as const)
      expect((await checked(server.port, { service, request: '/x', ...udp })).words).toMatch(/^L4REFUSED /);
  });
});

describe('known bugs of the genuine program', () => {
  test('pop without a login: the greeting decides, and no login is tried', async () => {
    const server = await startScripted({ kind: 'line', banner: '+OK\r\n', rules: POP });
    running.push(server);
    expect((await checked(server.port, { service: 'pop' })).words).toBe('up');
    expect(server.received()).toEqual(['QUIT\r\n']);
    expect(await against({ kind: 'line', banner: '-ERR closed\r\n' }, { service: 'pop' })).toBe(
      'L7STATUS -ERR closed: ',
    );
  });
  test('pop: a CAPA answer without end is over at the deadline', async () => {
    const server = await startScripted({ kind: 'line', banner: '+OK\r\n', rules: [['^CAPA', '+OK\r\nUSER\r\n']] });
    running.push(server);
    const { words, took } = await checked(server.port, { service: 'pop', ...LOGIN }, 300);
    expect(words).toBe('L7TIMEOUT no complete answer to CAPA: ');
    expect(took).toBeLessThan(5_000);
  });
  test('imap goes to the port of the real server, and a refused connection is told at once', async () => {
    const good = { kind: 'line', banner: '* OK\r\n', rules: [['^(\\S+) ', '$1 OK\r\n']] } as const;
    expect(await against(good, { service: 'imap', ...LOGIN })).toBe('up');
    const { words, took } = await checked(await closedPort(), { service: 'imap', ...LOGIN });
    expect(words).toBe('L4REFUSED: ');
    expect(took).toBeLessThan(4_000);
  });
  test('nntp: a host that does not answer the connection is over at the deadline', async () => {
    // A listener that never accepts: once its queue is full, the kernel answers no further connection.
    const program =
      '$s = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1"); $| = 1; print $s->sockport; sleep 60';
    const perl = spawn('/usr/bin/perl', ['-MIO::Socket::INET', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const fillers: Socket[] = [];
    try {
      const [text] = (await once(perl.stdout, 'data')) as [Buffer];
      const port = Number(text.toString('utf8'));
      let open = 0;
      for (let count = 0; count < 6; count += 1)
        fillers.push(connect(port, '127.0.0.1', () => (open += 1)).on('error', () => undefined));
      while (open < 2) await new Promise((resolve) => setTimeout(resolve, 10));
      const { words, took } = await checked(port, { service: 'nntp' }, 500);
      expect(words).toBe('L4TIMEOUT: ');
      expect(took).toBeLessThan(5_000);
    } finally {
      for (const socket of fillers) socket.destroy();
      perl.kill('SIGKILL');
    }
  }, 30_000);
  test('ftp: where nothing is expected a refused login or a missing file is up, a dead or refusing server is not', async () => {
    const nothing = { service: 'ftp', request: '/', receive: '' } as const;
    expect(await against({ kind: 'ftp', rules: [['^(USER|PASS|RETR|PORT)', '530 no\r\n']] }, nothing)).toBe('up');
    expect(await against({ kind: 'ftp' }, nothing)).toBe('up');
    expect(await against({ kind: 'ftp', banner: '421 too many users\r\n' }, nothing)).toBe(
      'L7STATUS 421 too many users: ',
    );
  });
  test('ftp: a service that follows from the port brings no login, and means anonymous', async () => {
    const server = await startScripted({ kind: 'ftp' });
    running.push(server);
    expect((await checked(server.port, { service: 'ftp' })).words).toBe('up');
    expect(server.received()[0]).toMatch(/^USER anonymous\r\nPASS \r\n/);
  });
  test('ftp: passive mode when the environment asks for it, as libnet has it', async () => {
    const data = await tcpServer((socket) => socket.end('a test\n'));
    const place = `127,0,0,1,${data.port >> 8},${data.port & 255}`;
    const rules: readonly Rule[] = [
      ['^PASV', `227 Entering Passive Mode (${place}).\r\n`],
      ['^RETR', '150 here\r\n226 done\r\n'],
    ];
    const server = await startScripted({ kind: 'ftp', rules });
    running.push(server);
    process.env.FTP_PASSIVE = '1';
    try {
      const asked = { service: 'ftp', ...LOGIN, request: '/f', receive: 'test' } as const;
      expect((await checked(server.port, asked)).words).toBe('up');
    } finally {
      delete process.env.FTP_PASSIVE;
    }
    expect(server.received()[0]).toContain('TYPE I\r\nPASV\r\nPASV\r\nRETR /f\r\n');
  });
  test('sip: an answer of another Call-ID is none; one without a Call-ID counts', async () => {
    const other = await startScripted({ kind: 'sip', udp: true, reply: 'SIP/2.0 200 OK\r\nCall-ID: x\r\n\r\n' });
    running.push(other);
    const { words } = await checked(other.port, { service: 'sip', login: 'a@b', ...udp }, 300);
    expect(words).toBe('L7TIMEOUT no complete answer to OPTIONS: ');
    expect(await against({ kind: 'sip', udp: true, reply: 'SIP/2.0 200 OK\r\n\r\n' }, { service: 'sip', ...udp })).toBe(
      'up',
    );
  });
  test('simpletcp: over udp the end of a datagram ends its line', async () => {
    const script = { kind: 'line', udp: true, rules: [['^ping$', 'PONG']] } as const;
    expect(await against(script, { service: 'simpletcp', request: '/ping', receive: '^PONG$', ...udp })).toBe('up');
  });
  test('simpletcp: a real of its own request and receive', async () => {
    const server = await startScripted({ kind: 'line', onEof: 'PONG\n' });
    running.push(server);
    const target = targetOn(server.port, { service: 'simpletcp' }, { request: '/a\\nb', receive: 'PONG' });
    const { check } = negotiationOf(target.virtual);
    expect((await timed(check, target, 20_000)).verdict.state).toBe('up');
    expect(server.received()).toEqual(['a\nb']);
  });
});

describe('certificates of pops and imaps', () => {
  const previous = process.env.SSL_CERT_FILE;
  const address = makeCertificate({ commonName: 'mail', addresses: ['127.0.0.1'] });
  const other = makeCertificate({ commonName: 'mail.example', names: ['mail.example'] });
  const unknown = makeCertificate({ commonName: 'mail', addresses: ['127.0.0.1'] });
  afterEach(() => {
    if (previous === undefined) delete process.env.SSL_CERT_FILE;
    else process.env.SSL_CERT_FILE = previous;
  });
  const CERT = 'L6CERT ';
  test.each<readonly [string, typeof address, 'chain' | 'full' | 'off' | undefined, Partial<Virtual>, string]>([
    ['genuine: made for the address', address, undefined, LOGIN, 'up'],
    ['genuine: made for a name', other, undefined, LOGIN, `${CERT}ERR_TLS_CERT_ALTNAME_INVALID: `],
    ['genuine: not in the store', unknown, undefined, LOGIN, `${CERT}DEPTH_ZERO_SELF_SIGNED_CERT: `],
    ['chain: made for a name', other, 'chain', LOGIN, 'up'],
    ['chain: not in the store', unknown, 'chain', LOGIN, `${CERT}DEPTH_ZERO_SELF_SIGNED_CERT: `],
    ['off: not in the store', unknown, 'off', LOGIN, 'up'],
    ['full: made for the address', address, 'full', LOGIN, 'up'],
    ['full: made for virtualhost', other, 'full', { ...LOGIN, virtualHost: 'mail.example' }, 'up'],
  ])('%s', async (_name, certificate, verify, more, words) => {
    const store = scratchFolder('store');
    process.env.SSL_CERT_FILE = store.write('store.pem', address.cert + other.cert);
    try {
      for (const service of ['pops', 'imaps'] as const) {
        const script: DialogueScript =
          service === 'pops'
            ? { kind: 'line', tls: true, banner: '+OK\r\n', rules: POP }
            : { kind: 'line', tls: true, banner: '* OK\r\n', rules: [['^(\\S+) ', '$1 OK\r\n']] };
        const server = await startScripted(script, '127.0.0.1', 0, certificate);
        running.push(server);
        const result = await checked(server.port, { service, ...more }, 20_000, verify);
        expect({ service, words: result.words }).toEqual({ service, words });
        // Genuine knows addresses only, and sends no name.
        const names = words !== 'up' ? undefined : [more.virtualHost === undefined ? '' : 'mail.example'];
        if (names !== undefined) expect(server.names()).toEqual(names);
      }
    } finally {
      store.remove();
    }
  });
  test('pops without a login does not look at the certificate, which nothing has ever depended on', async () => {
    const server = await startScripted(
      { kind: 'line', tls: true, banner: '+OK\r\n', rules: POP },
      '127.0.0.1',
      0,
      unknown,
    );
    running.push(server);
    expect((await checked(server.port, { service: 'pops' })).words).toBe('up');
    expect((await checked(server.port, { service: 'pops' }, 20_000, 'chain')).words).toMatch(/^L6CERT/);
  });
  test('a server that speaks no TLS', async () => {
    const server = await startScripted({ kind: 'line', banner: '+OK\r\n', rules: POP });
    running.push(server);
    expect((await checked(server.port, { service: 'pops', ...LOGIN })).words).toMatch(
      /^L6ERROR .*wrong version number: $/i,
    );
  });
});

describe('hostile servers: the check ends at its deadline and lets go', () => {
  const SERVICES = [
    { service: 'smtp' },
    { service: 'pop', ...LOGIN },
    { service: 'imap', ...LOGIN },
    { service: 'ftp', ...LOGIN, request: '/f', receive: 'x' },
    { service: 'sip', login: 'a@b' },
    { service: 'simpletcp', request: '/x', receive: 'never' },
  ] as const satisfies readonly Partial<Virtual>[];
  const DEADLINE = 300;
  const released = async (server: TestServer): Promise<void> => {
    for (let tries = 0; server.open() > 0 && tries < 200; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 25));
    expect(server.open()).toBe(0);
  };
  const every = (wait: number, text: string) =>
    tcpServer((socket) => {
      const timer = setInterval(() => socket.write(text), wait);
      socket.once('close', () => clearInterval(timer));
    });

  test.each(SERVICES)(
    '$service: silent, one byte at a time, TLS or a line without end',
    async (more) => {
      const servers = [
        await tcpServer((socket) => socket.once('end', () => socket.end())),
        await every(10, '2'),
        await every(10, '220-more\r\n'),
        await every(10, '\x16\x03\x01'),
      ];
      for (const [index, server] of servers.entries()) {
        const { words, took } = await checked(server.port, more, DEADLINE);
        // A greeting that is none of the protocol may be refused before the deadline; a silent simpletcp server is told the end.
        if (index === 1 || (index === 0 && more.service !== 'simpletcp')) expect(words).toMatch(/^L7TIMEOUT /);
        else expect(words).toMatch(/^L7/);
        expect(took).toBeLessThan(5_000);
        await released(server);
      }
    },
    60_000,
  );
  test('pops and imaps: a handshake that stalls', async () => {
    const server = await tcpServer((socket) => socket.once('end', () => socket.end()));
    for (const service of ['pops', 'imaps'] as const)
      expect((await checked(server.port, { service, ...LOGIN }, DEADLINE)).words).toBe('L6TIMEOUT: ');
    await released(server);
  });
  test('a gigabyte of banner costs neither time nor memory', async () => {
    const flood = await tcpServer((socket) => {
      const block = Buffer.from('220-more of the same\r\n'.repeat(3000));
      const pour = (): void => {
        while (!socket.destroyed && socket.write(block));
      };
      socket.on('drain', pour);
      pour();
      socket.once('end', () => socket.end());
    });
    for (const more of [{ service: 'smtp' }, { service: 'ftp', ...LOGIN, receive: 'x' }] as const)
      for (let round = 0; round < 5; round += 1)
        expect((await checked(flood.port, more)).words).toBe(
          'L7RESPONSE more than 1048576 bytes before the greeting: ',
        );
    await released(flood);
  }, 60_000);
  test('ftp: a file without end is looked at in its first 4 MiB', async () => {
    const script: DialogueScript = { kind: 'ftp', files: { '/f': `${'x'.repeat(5 << 20)}test` } };
    const asked = { service: 'ftp', ...LOGIN, request: '/f' } as const;
    expect(await against(script, { ...asked, receive: '^x' })).toBe('up');
    expect(await against(script, { ...asked, receive: 'test' })).toMatch(/^L7PATTERN x/);
  }, 60_000);
});
