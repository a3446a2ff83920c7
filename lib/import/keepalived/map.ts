/** A keepalived.conf as what heartbeat and ldirectord shall do. */
import type { Ledger } from '../ledger.js';
import type { ImportOptions, Line, Plan, VirtualPlan } from '../plan.js';
import { arg, type Statement } from '../statement.js';
import { clusterOf, deviceFor, groupsOf, instanceNamed, type Mailing } from './cluster.js';
import { announceHandlers, type Globals, readGlobals } from './globals.js';
import { type Instance, readInstance, type Tracked } from './instance.js';
import { readBlock } from './read-block.js';
import { readMonitors } from './scripts.js';
import { readSyncGroup, type SyncGroup } from './sync-group.js';
import { readVirtuals } from './virtual-server.js';

/** The blocks of the file by what they begin. */
const BLOCKS = [
  ...['global_defs', 'vrrp_script', 'vrrp_track_process', 'vrrp_sync_group', 'vrrp_instance', 'virtual_server'],
  ...['virtual_server_group'],
] as const;

/** All keywords that begin a line of a keepalived.conf, for telling it from other files. */
export const ROOT_KEYWORDS: ReadonlySet<string> = new Set([
  ...BLOCKS,
  ...['static_ipaddress', 'static_routes', 'static_rules', 'static_track_group', 'include', 'bfd_instance', 'SSL'],
  ...['vrrp_track_file', 'net_namespace', 'garp_group', 'instance', 'includer', 'includew'],
]);

const sortBlocks = (ledger: Ledger, statements: readonly Statement[]) => {
  const found = new Map<string, Statement[]>(BLOCKS.map((name) => [name, []]));
  readBlock(
    ledger,
    statements.filter(({ keyword }) => !keyword.startsWith('$')),
    Object.fromEntries(BLOCKS.map((name) => [name, (statement: Statement) => found.get(name)?.push(statement)])),
  );
  // A definition is in the words that use it.
  ledger.carry(...statements.filter(({ keyword }) => /^\$\w+=/.test(keyword)));
  return (name: (typeof BLOCKS)[number]): readonly Statement[] => found.get(name) ?? [];
};

/** Mails of ldirectord, and what becomes of mail settings that nobody can use. */
const mailLines = (ledger: Ledger, globals: Globals, hasVirtuals: boolean, sendsMailTo: boolean): readonly Line[] => {
  const { mails, sender, mailServer } = globals;
  if (mails !== undefined && !hasVirtuals && !sendsMailTo)
    ledger.remark('needless', mails.statement, 'no instance has smtp_alert, so that there is nothing to be told');
  const local = 'the mail program of the machine decides that for MailTo';
  for (const setting of [sender, mailServer])
    if (setting !== undefined && !hasVirtuals)
      ledger.remark('lost', setting.statement, local, 'set it up in that program');
    else if (setting !== undefined && sendsMailTo)
      ledger.remark(
        'changed',
        setting.statement,
        `it counts for ldirectord; ${local}`,
        'set it up in that program too',
      );
  if (!hasVirtuals || mails === undefined || mails.addresses.length === 0) return [];
  return [
    { text: `emailalert=${mails.addresses.join(', ')}`, from: mails.statement.at },
    ...(sender === undefined ? [] : [{ text: `emailalertfrom=${sender.address}`, from: sender.statement.at }]),
    ...(mailServer === undefined ? [] : [{ text: `smtp=${mailServer.host}`, from: mailServer.statement.at }]),
  ];
};

const MS = 1000;

/** How long a node has to be well before its groups come home, where keepalived says so; in milliseconds. */
const holddownOf = (ledger: Ledger, instances: readonly Instance[], isWatched: boolean): number | undefined => {
  const delays = instances.flatMap(({ preemptDelay }) => preemptDelay ?? []);
  const comesHome = instances.every(({ noPreempt }) => noPreempt === undefined);
  for (const { statement } of delays)
    if (!comesHome) ledger.remark('needless', statement, 'with nopreempt nothing comes home by itself');
    else
      ledger.remark(
        'changed',
        statement,
        isWatched
          ? 'it is the holddown of the monitors: a node that boots gets its groups back as soon as it is up'
          : 'a node that boots gets its groups back as soon as it is up',
        'write auto_failback off, and let them come home by hb_takeover, where that is too soon',
      );
  return comesHome && isWatched && delays.length > 0
    ? Math.max(...delays.map(({ seconds }) => seconds)) * MS
    : undefined;
};

/** A service whose address nobody moves belongs to the first group, which has to be told. */
const reportHomeless = (
  ledger: Ledger,
  statements: readonly Statement[],
  virtuals: readonly VirtualPlan[],
  moved: ReadonlySet<string>,
): void => {
  for (const { address, from, target } of virtuals) {
    const statement = statements.find(({ at }) => at === from);
    if (address !== undefined && statement !== undefined && !moved.has(address))
      ledger.remark(
        'changed',
        statement,
        `${target} is no address of any instance; the service goes with the first group`,
        'see whether packets for it get here, by a route or another machine',
      );
  }
};

/** Goes through the whole file; the ledger knows afterwards what becomes of each of its statements. */
export const mapKeepalived = (ledger: Ledger, statements: readonly Statement[], options: ImportOptions): Plan => {
  const blocks = sortBlocks(ledger, statements);
  const announce = new Map<string, Line>();
  const globals = readGlobals(ledger, blocks('global_defs'), announce);
  const defaults = { device: globals.device, handlers: announceHandlers(ledger, announce) };
  const instances = blocks('vrrp_instance').map((statement) => readInstance(ledger, statement, defaults));
  for (const { device, statement } of instances)
    if (device === undefined)
      ledger.remark(
        'changed',
        statement,
        `it says no interface; ${deviceFor(options)} is taken where no other instance says one`,
        'name it with --interface',
      );
  const names = instances.map(({ name }) => name);
  const syncGroups: readonly SyncGroup[] = blocks('vrrp_sync_group').map((each) => readSyncGroup(ledger, each, names));
  const mailing: Mailing = {
    addresses: globals.mails?.addresses ?? [],
    always: globals.alwaysMail !== undefined,
  };
  const { synchronisation } = globals;
  const sync =
    synchronisation === undefined
      ? undefined
      : { ...synchronisation, instance: instanceNamed(instances, synchronisation.statement, 1) };
  const groups = groupsOf(ledger, instances, syncGroups, options, mailing, sync);
  const virtuals = readVirtuals(ledger, blocks('virtual_server'), blocks('virtual_server_group'));
  if (groups.length > 0)
    reportHomeless(ledger, blocks('virtual_server'), virtuals, new Set(groups.flatMap(({ addresses }) => addresses)));
  if (sync !== undefined && groups.length === 0)
    ledger.remark(
      'lost',
      sync.statement,
      'there is no group that it could go with',
      'see LVSSyncDaemonSwap in ha-agents(7)',
    );
  const tracked: readonly Tracked[] = [
    ...instances.flatMap((instance) => instance.tracked),
    ...syncGroups.flatMap((group) => group.tracked),
  ];
  const holddown = holddownOf(ledger, instances, tracked.length > 0);
  const isPartial = ({ kind, name }: Tracked): boolean =>
    groups.length > 1 &&
    instances.some(
      (instance) =>
        ![
          ...instance.tracked,
          ...syncGroups.filter(({ members }) => members.includes(instance.name)).flatMap((group) => group.tracked),
        ].some((one) => one.kind === kind && one.name === name),
    );
  const monitors = readMonitors(
    ledger,
    blocks('vrrp_script'),
    blocks('vrrp_track_process'),
    tracked,
    isPartial,
    holddown,
  );
  const sendsMailTo = groups.some(({ after }) => after.some(({ text }) => text.startsWith('MailTo')));
  for (const group of blocks('vrrp_sync_group'))
    if (syncGroups.every(({ name, members }) => name !== arg(group, 0) || members.length === 0))
      ledger.remark('needless', group, 'it has no instance');
  return {
    // Without anything to move there is nothing for heartbeat to do, and it does not start without haresources.
    cluster: groups.length === 0 ? undefined : clusterOf(ledger, instances, options, globals.startDelay),
    groups,
    virtuals,
    directorGlobals: mailLines(ledger, globals, virtuals.length > 0, sendsMailTo),
    monitors,
    announce: [...announce.values()],
  };
};
