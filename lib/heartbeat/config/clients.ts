/** The directives about programs beside the daemon: respawn, failfast, apiauth (heartbeat reference 2.4, 9.1). */
import type { Word } from '../../config/source.js';
import { suggest } from '../../config/suggest.js';
import type { Context, Directive } from './draft.js';
import { elsewhere } from './environment.js';
import { logged, type StartLine } from './start-line.js';

const command = (kind: 'respawn' | 'failfast'): Directive => ({
  kind: 'line',
  apply: (context, words, rest) => {
    const [user, program] = words;
    const code = `ha.cf/bad-${kind}`;
    if (user === undefined || !context.env.users.has(user.value))
      return context.fail(user ?? rest, {
        code,
        message: user === undefined ? `${kind} needs a user and a command` : `there is no user ${user.value}`,
        suggestion: suggest(user?.value ?? '', [...context.env.users]),
        genuine: logged('ERROR', `Invalid uid [${user?.value ?? ''}] specified for client child`),
      });
    const path = program?.value ?? '';
    if (program === undefined || !path.startsWith('/'))
      return context.fail(program ?? rest, {
        code,
        message: 'a command is given with its full path',
        genuine: logged('ERROR', `Client child command [${path}] is not full pathname`),
      });
    const facts = context.env.files.get(path);
    if (facts?.kind !== 'file' || !facts.executable)
      return context.fail(program, {
        code,
        message: facts === undefined ? `there is no ${path}` : `${path} is not executable`,
        suggestion: elsewhere(path).find((other) => context.env.files.get(other)?.executable === true),
        genuine: logged('ERROR', `Client child command [${path}] is not executable`),
      });
    const from = rest.value.indexOf(path, user.value.length);
    return void context.draft.clients.push({
      value: { kind, user: user.value, command: rest.value.slice(from) },
      at: user.at,
    });
  },
});

const SYNTAX = logged(
  'info',
  'Syntax: apiauth client [uid=uidlist] [gid=gidlist]',
  'Where uidlist is a comma-separated list of uids,',
  'and gidlist is a comma-separated list of gids',
  'One or the other must be specified.',
);

interface Lists {
  readonly uids?: readonly string[];
  readonly gids?: readonly string[];
}

/** A refused apiauth line; `first` are the lines that genuine prints before it says that the directive is invalid. */
const invalid = (
  context: Context,
  under: Word,
  rest: Word,
  message: string,
  first: readonly StartLine[],
): undefined => {
  context.fail(under, {
    code: 'ha.cf/bad-apiauth',
    message,
    genuine: [...first, ...logged('ERROR', `Invalid apiauth directive [${rest.value}]`), ...SYNTAX],
  });
  return undefined;
};

/** The names of one list, each of which must be a number or known on this machine. */
const checkNames = (context: Context, word: Word, rest: Word, kind: 'uid' | 'gid'): readonly string[] | undefined => {
  const list = word.value.slice(4);
  const names = list.split(',').filter((name) => name !== '');
  const known = kind === 'uid' ? context.env.users : context.env.groups;
  const unknown = names.find((name) => !/^\d+$/.test(name) && !known.has(name));
  if (unknown === undefined) return names;
  const what = kind === 'uid' ? 'user id' : 'group';
  const first = logged('ERROR', `Invalid ${what} name [${unknown}]`, `Bad ${kind} list [${list}]`);
  return invalid(context, word, rest, `there is no ${kind === 'uid' ? 'user' : 'group'} ${unknown}`, first);
};

const lists = (context: Context, words: readonly Word[], rest: Word): Lists | undefined => {
  let found: Lists = {};
  for (const word of words) {
    const kind = /^(uid|gid)=/.exec(word.value)?.[1];
    if (kind !== 'uid' && kind !== 'gid')
      return invalid(
        context,
        word,
        rest,
        'only uid=… and gid=… can stand here',
        logged('ERROR', 'Missing uid or gid in apiauth'),
      );
    if (found[`${kind}s`] !== undefined)
      return invalid(context, word, rest, `${kind} stands twice`, logged('ERROR', `Duplicate ${kind} list in apiauth`));
    const names = checkNames(context, word, rest, kind);
    if (names === undefined) return undefined;
    found = { ...found, [`${kind}s`]: names };
  }
  return found;
};

const apiauth: Directive = {
  kind: 'line',
  apply: (context, words, rest) => {
    const [client, ...more] = words;
    if (client === undefined || more.length === 0)
      return invalid(context, client ?? rest, rest, 'apiauth needs a client name and uid=… or gid=…', []);
    const { apiAuth } = context.draft;
    const twin = apiAuth.find(({ value }) => value.client === client.value);
    if (twin !== undefined) {
      const genuine = `Duplicate apiauth directive for API client ${client.value}: [${rest.value}]`;
      return invalid(
        context,
        client,
        rest,
        `${client.value} stands already in line ${twin.at.line}`,
        logged('ERROR', genuine),
      );
    }
    const found = lists(context, more, rest);
    if (found === undefined) return undefined;
    const { uids = [], gids = [] } = found;
    return void apiAuth.push({ value: { client: client.value, uids, gids }, at: client.at });
  },
};

export const CLIENTS: Readonly<Record<string, Directive>> = {
  respawn: command('respawn'),
  failfast: command('failfast'),
  apiauth,
};
