/** The check of a `real_server` as directives of ldirectord.cf. */
import { perlPattern } from '../../ldirectord/config/perl-regex.js';
import type { Ledger } from '../ledger.js';
import { arg, argText, type Statement } from '../statement.js';
import { addressValue, nameValue, pathValue, positive, quotableText, whole } from '../values.js';
import { type Handlers, readBlock, wrongValue } from './read-block.js';

/** What is asked for, and what the answer must hold; `receive` empty: anything. */
export interface Texts {
  readonly request: string;
  readonly receive: string;
}

export interface Check {
  readonly statement: Statement;
  /** Directives of the virtual service by name, without request and receive. */
  readonly directives: ReadonlyMap<string, string>;
  readonly texts: Texts | undefined;
}

/** What a check is told about the service that it belongs to. */
export interface CheckContext {
  readonly ledger: Ledger;
  readonly protocol: 'tcp' | 'udp' | 'fwm';
  /** Address of the real server, in its usual spelling. */
  readonly address: string;
}

/** The keywords that begin a check. */
export const CHECKERS: ReadonlySet<string> = new Set([
  ...['HTTP_GET', 'SSL_GET', 'TCP_CHECK', 'MISC_CHECK', 'SMTP_CHECK', 'DNS_CHECK', 'PING_CHECK', 'UDP_CHECK'],
  ...['BFD_CHECK', 'FILE_CHECK'],
]);

type Directives = Map<string, string>;

/** Seconds above zero, rounded up to whole ones as ldirectord has them. */
export const wholeSeconds = (ledger: Ledger, statement: Statement): number | undefined => {
  const value = positive(arg(statement, 0));
  if (value === undefined || value <= 0) {
    wrongValue(ledger, statement, 'a number of seconds');
    return undefined;
  }
  if (!Number.isInteger(value))
    ledger.remark('changed', statement, `ldirectord counts whole seconds: ${Math.ceil(value)}`);
  return Math.ceil(value);
};

/** Retries before a failure counts, as failurecount. */
export const failureCount = (ledger: Ledger, statement: Statement): string | undefined => {
  const retries = whole(arg(statement, 0), 0, 1000);
  if (retries === undefined) wrongValue(ledger, statement, 'a number of retries');
  return retries === undefined ? undefined : String(retries + 1);
};

/** `delay_before_retry`, which has no counterpart where there are retries. */
export const retryDelay = (ledger: Ledger, statement: Statement): void =>
  ledger.remark(
    'changed',
    statement,
    'a failed check is repeated after this time; ldirectord repeats it after checkinterval',
    'lower checkinterval or failurecount where a server has to go sooner',
  );

const commonHandlers = ({ ledger, address }: CheckContext, directives: Directives): Handlers => {
  const retries = (statement: Statement): void => {
    const count = failureCount(ledger, statement);
    if (count !== undefined) directives.set('failurecount', count);
  };
  return {
    connect_timeout: (statement) => {
      const seconds = wholeSeconds(ledger, statement);
      if (seconds !== undefined) directives.set('checktimeout', String(seconds));
    },
    connect_port: (statement) => {
      const port = whole(arg(statement, 0), 1, 65_535);
      if (port === undefined) wrongValue(ledger, statement, 'a port');
      else directives.set('checkport', String(port));
    },
    connect_ip: (statement) => {
      if (addressValue(arg(statement, 0))?.text === address) return;
      ledger.remark(
        'lost',
        statement,
        'another address is checked than that of the server',
        'use checktype = external with a program of your own',
      );
    },
    retry: retries,
    nb_get_retry: retries,
    delay_before_retry: (statement) => retryDelay(ledger, statement),
    delay_loop: (statement) =>
      ledger.remark(
        'lost',
        statement,
        'an interval of this check alone',
        'all servers have the checkinterval of the file',
      ),
  };
};

/** `url { … }` of a page check: the first one counts. */
const readUrl = (ledger: Ledger, url: Statement, directives: Directives): Texts => {
  let [request, receive] = ['/', ''];
  readBlock(ledger, url.block ?? [], {
    path: (statement) => {
      const text = quotableText(argText(statement));
      if (text === undefined)
        ledger.remark(
          'lost',
          statement,
          'ldirectord.cf cannot hold a quote, a # or a tab in a request',
          'ask for another page',
        );
      else request = text.startsWith('/') ? text : `/${text}`;
    },
    virtualhost: (statement) => {
      const host = nameValue(arg(statement, 0));
      if (host === undefined) wrongValue(ledger, statement, 'the name of a host');
      else directives.set('virtualhost', host);
    },
    status_code: (statement) => {
      if (/^2\d\d(-2\d\d)?$/.test(argText(statement).replace(/\s/g, ''))) return;
      ledger.remark(
        'lost',
        statement,
        'a status other than 2xx is good; for ldirectord it is 2xx only',
        'ask for another page, or use checktype = external with a program of your own',
      );
    },
    digest: (statement) =>
      ledger.remark(
        'lost',
        statement,
        'the page has to have this digest; for ldirectord the status 2xx is enough',
        'write into receive a piece of text that a good page has',
      ),
    regex: (statement) => {
      const pattern = argText(statement);
      if (quotableText(pattern) === undefined || !perlPattern(pattern).ok)
        ledger.remark('lost', statement, 'ldirectord.cf cannot hold this pattern', 'write a simpler one into receive');
      else receive = pattern;
    },
    regex_no_match: (statement) =>
      ledger.remark(
        'lost',
        statement,
        'a page that matches is bad',
        'use checktype = external with a program of your own',
      ),
    regex_options: (statement) =>
      ledger.remark('lost', statement, 'options of the pattern', 'write them into the pattern, such as (?i)'),
    regex_stack: (statement) => ledger.remark('needless', statement, 'memory for the pattern'),
    regex_max_offset: (statement) => ledger.remark('lost', statement, 'where the text may stand'),
    regex_min_offset: (statement) => ledger.remark('lost', statement, 'where the text may stand'),
    tls_compliant: (statement) => ledger.remark('needless', statement, 'details of TLS'),
  });
  return { request, receive };
};

const pageCheck =
  (service: 'http' | 'https') =>
  (context: CheckContext, statement: Statement): Check => {
    const { ledger } = context;
    const directives: Directives = new Map([
      ['checktype', 'negotiate'],
      ['service', service],
    ]);
    let texts: Texts | undefined;
    readBlock(ledger, statement.block ?? [], {
      ...commonHandlers(context, directives),
      url: (url) => {
        if (texts === undefined) texts = readUrl(ledger, url, directives);
        else ledger.remark('lost', url, 'a second page; ldirectord asks for one', 'let one page tell that all is well');
      },
      virtualhost: (each) => {
        const host = nameValue(arg(each, 0));
        if (host !== undefined) directives.set('virtualhost', host);
        else wrongValue(ledger, each, 'the name of a host');
      },
    });
    return { statement, directives, texts: texts ?? { request: '/', receive: '' } };
  };

const connectCheck = (context: CheckContext, statement: Statement): Check => {
  const directives: Directives = new Map([['checktype', 'connect']]);
  readBlock(context.ledger, statement.block ?? [], commonHandlers(context, directives));
  if (context.protocol === 'udp')
    context.ledger.remark(
      'changed',
      statement,
      'for a UDP service connect is an ICMP echo',
      'or use checktype = external',
    );
  return { statement, directives, texts: undefined };
};

const udpCheck = (context: CheckContext, statement: Statement): Check => {
  const { ledger } = context;
  const directives: Directives = new Map([['checktype', 'ping']]);
  const lost = (each: Statement): void =>
    ledger.remark('lost', each, 'what is sent or expected', 'use service = simpletcp with request and receive');
  readBlock(ledger, statement.block ?? [], {
    ...commonHandlers(context, directives),
    payload: lost,
    require_reply: lost,
    min_reply_length: lost,
    max_reply_length: lost,
  });
  ledger.remark('changed', statement, 'a datagram; here the server is asked for an ICMP echo');
  return { statement, directives, texts: undefined };
};

const pingCheck = (context: CheckContext, statement: Statement): Check => {
  const directives: Directives = new Map([['checktype', 'ping']]);
  readBlock(context.ledger, statement.block ?? [], commonHandlers(context, directives));
  return { statement, directives, texts: undefined };
};

const mailCheck = (context: CheckContext, statement: Statement): Check => {
  const directives: Directives = new Map([
    ['checktype', 'negotiate'],
    ['service', 'smtp'],
  ]);
  const handlers = commonHandlers(context, directives);
  readBlock(context.ledger, statement.block ?? [], {
    ...handlers,
    host: (host) => readBlock(context.ledger, host.block ?? [], handlers),
  });
  return { statement, directives, texts: undefined };
};

const nameCheck = (context: CheckContext, statement: Statement): Check => {
  const { ledger } = context;
  const directives: Directives = new Map([
    ['checktype', 'negotiate'],
    ['service', 'dns'],
  ]);
  let request = '';
  readBlock(ledger, statement.block ?? [], {
    ...commonHandlers(context, directives),
    name: (each) => {
      const name = nameValue(arg(each, 0).replace(/\.$/, ''));
      if (name === undefined) wrongValue(ledger, each, 'a name that can be asked for');
      else request = name;
    },
    type: (each) => {
      if (arg(each, 0).toUpperCase() !== 'A')
        ledger.remark(
          'changed',
          each,
          'ldirectord asks for the IPv4 addresses of a name',
          'ask for a name that has one',
        );
    },
  });
  if (context.protocol !== 'udp')
    ledger.remark('changed', statement, 'ldirectord asks over TCP where the service is not UDP');
  if (request !== '') return { statement, directives, texts: { request, receive: '' } };
  ledger.remark(
    'changed',
    statement,
    'a question without a name (that of the root); here the server is asked for localhost',
    'write a name that it knows into request',
  );
  return { statement, directives, texts: { request: 'localhost', receive: '' } };
};

const programCheck = (context: CheckContext, statement: Statement): Check => {
  const { ledger } = context;
  const directives: Directives = new Map([['checktype', 'external']]);
  readBlock(ledger, statement.block ?? [], {
    ...commonHandlers(context, directives),
    misc_path: (each) => {
      const [program = '', ...args] = argText(each).trim().split(/\s+/);
      if (pathValue(program) === undefined) {
        directives.set('checktype', 'connect');
        ledger.remark(
          'lost',
          each,
          'a check command is the full path of a program, without quotes; a TCP connection is tried instead',
          'write a script, and name it in checkcommand with checktype = external',
        );
        return;
      }
      directives.set('checkcommand', program);
      const note =
        'the program is called without a shell, with the address and port of the virtual service and of the server as its four arguments';
      if (args.length > 0)
        ledger.remark('changed', each, note, 'take the third and fourth argument for those that stand here');
    },
    misc_timeout: (each) => {
      const seconds = wholeSeconds(ledger, each);
      if (seconds !== undefined) directives.set('checktimeout', String(seconds));
    },
    misc_dynamic: (each) =>
      ledger.remark(
        'lost',
        each,
        'the exit status sets the weight; ldirectord knows up and down',
        'let the program say 0 or 1',
      ),
    user: (each) =>
      ledger.remark('changed', each, 'check commands run as root', 'see that only root can write the program'),
  });
  if (!directives.has('checkcommand')) directives.set('checktype', 'connect');
  return { statement, directives, texts: undefined };
};

const READERS: Readonly<Record<string, (context: CheckContext, statement: Statement) => Check>> = {
  HTTP_GET: pageCheck('http'),
  SSL_GET: pageCheck('https'),
  TCP_CHECK: connectCheck,
  UDP_CHECK: udpCheck,
  PING_CHECK: pingCheck,
  SMTP_CHECK: mailCheck,
  DNS_CHECK: nameCheck,
  MISC_CHECK: programCheck,
};

/** Reads a check; undefined when ldirectord has nothing like it, which is then reported. */
export const readCheck = (context: CheckContext, statement: Statement): Check | undefined => {
  const reader = Object.hasOwn(READERS, statement.keyword) ? READERS[statement.keyword] : undefined;
  if (reader !== undefined) {
    context.ledger.carry(statement);
    return reader(context, statement);
  }
  context.ledger.remark(
    'lost',
    statement,
    'ldirectord has no such check',
    'use checktype = external with a program of your own, or maintenancedir to take servers out by hand',
  );
  return undefined;
};
