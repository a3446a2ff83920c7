/** What the kernel does with one change: the new table, or the reason why it refuses (pure). */
import { isUnicast, keyText } from './address.js';
import type { Change, Destination, Service, Table } from './model.js';
import { normaliseChange } from './normalise.js';

/** Why a change is refused, in ipvsadm's words (ldirectord reference 3.2). */
export type Refusal =
  | 'Service already exists'
  | 'No such service'
  | 'Service not defined'
  | 'Destination already exists'
  | 'No such destination'
  | 'Scheduler or persistence engine not found'
  | 'Numerical result out of range'
  | 'Zero port specified for non-persistent service'
  | 'Different address family is allowed only for tunneling servers'
  | 'Invalid operation.  Possibly wrong module version, address not unicast, ...';

export type Applied = { readonly table: Table } | { readonly reason: Refusal };

/** The schedulers of Linux; the module of a known one may still be missing on a machine. */
export const SCHEDULERS = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'dh',
  'sh',
  'sed',
  'nq',
  'fo',
  'ovf',
  'mh',
  'twos',
] as const;

const serviceProblem = (service: Omit<Service, 'destinations'>): Refusal | undefined => {
  if (service.key.protocol !== 'fwm' && service.key.port === 0 && service.persistent === undefined)
    return 'Zero port specified for non-persistent service';
  return SCHEDULERS.some((name) => name === service.scheduler)
    ? undefined
    : 'Scheduler or persistence engine not found';
};

type ServiceChange = Extract<Change, { kind: 'add-service' | 'edit-service' }>;
type DestinationChange = Exclude<Change, ServiceChange | { kind: 'delete-service' }>;

/** A service that is being changed: a copy that is made with its first change and costs no more for each further one. */
interface Draft {
  readonly service: Omit<Service, 'destinations'>;
  readonly destinations: Map<string, Destination>;
}

const nameOf = ({ address, port }: Pick<Destination, 'address' | 'port'>): string => `${address} ${port}`;

const draftOf = ({ destinations, ...service }: Service): Draft => ({
  service,
  destinations: new Map(destinations.map((one) => [nameOf(one), one])),
});

const isDraft = (entry: Service | Draft): entry is Draft => 'service' in entry;

/** Services by name, in the order of the table. */
type Drafts = Map<string, Service | Draft>;

const changeService = (drafts: Drafts, { kind, service }: ServiceChange): Refusal | undefined => {
  const name = keyText(service.key);
  const existing = drafts.get(name);
  const problem = serviceProblem(service);
  // ipvsadm itself looks at the port before the kernel is asked for anything.
  if (problem === 'Zero port specified for non-persistent service') return problem;
  if (kind === 'add-service' && existing !== undefined) return 'Service already exists';
  if (kind === 'edit-service' && existing === undefined) return 'No such service';
  if (problem !== undefined) return problem;
  if (existing === undefined) drafts.set(name, { ...service, destinations: [] });
  else if (isDraft(existing)) drafts.set(name, { service, destinations: existing.destinations });
  else drafts.set(name, { ...service, destinations: existing.destinations });
  return undefined;
};

const destinationProblem = (service: Pick<Service, 'key'>, destination: Destination): Refusal | undefined => {
  const mixed = destination.address.includes(':') !== (service.key.family === 'ipv6');
  if (mixed && destination.method !== 'ipip') return 'Different address family is allowed only for tunneling servers';
  return destination.lower > destination.upper ? 'Numerical result out of range' : undefined;
};

const changeDestination = ({ service, destinations }: Draft, change: DestinationChange): Refusal | undefined => {
  const name = nameOf(change.destination);
  const exists = destinations.has(name);
  if (change.kind === 'delete-destination') return destinations.delete(name) ? undefined : 'No such destination';
  const problem = destinationProblem(service, change.destination);
  if (problem !== undefined) return problem;
  if (change.kind === 'edit-destination' && !exists) return 'No such destination';
  if (change.kind === 'add-destination' && exists) return 'Destination already exists';
  if (change.kind === 'add-destination' && !isUnicast(change.destination.address))
    return 'Invalid operation.  Possibly wrong module version, address not unicast, ...';
  destinations.set(name, change.destination);
  return undefined;
};

const isServiceChange = (change: Change): change is ServiceChange =>
  change.kind === 'add-service' || change.kind === 'edit-service';

/** A table under work. */
export interface TableEditor {
  /**
   * Makes one change with the semantics of ipvsadm and the kernel: ports of gate and ipip destinations, what exists and
   * what does not, the range of thresholds. Deleting a service takes its destinations along. Answers with the reason
   * when it is refused.
   */
  readonly change: (asked: Change) => Refusal | undefined;
  /** The table with all changes so far. What was not touched is the very same object as before. */
  readonly table: () => Table;
}

/** Starts from a normalised table; a thousand changes cost little more than the services they touch. */
export const editTable = (table: Table): TableEditor => {
  const drafts: Drafts = new Map(table.services.map((service) => [keyText(service.key), service]));
  return {
    change: (asked) => {
      const change = normaliseChange(asked);
      if (isServiceChange(change)) return changeService(drafts, change);
      const name = keyText(change.key);
      const entry = drafts.get(name);
      if (change.kind === 'delete-service') return drafts.delete(name) ? undefined : 'No such service';
      if (entry === undefined) return 'Service not defined';
      const draft = isDraft(entry) ? entry : draftOf(entry);
      if (draft !== entry) drafts.set(name, draft);
      return changeDestination(draft, change);
    },
    table: () => ({
      services: [...drafts.values()].map((entry) =>
        isDraft(entry) ? { ...entry.service, destinations: [...entry.destinations.values()] } : entry,
      ),
    }),
  };
};

/** Makes one change to a normalised table. */
export const applyChange = (table: Table, asked: Change): Applied => {
  const editor = editTable(table);
  const reason = editor.change(asked);
  return reason === undefined ? { table: editor.table() } : { reason };
};

/** All changes in order, going on after a refused one as `ipvsadm -R` does. */
export const applyChanges = (
  table: Table,
  changes: readonly Change[],
): { readonly table: Table; readonly refused: readonly { readonly change: Change; readonly reason: Refusal }[] } => {
  const editor = editTable(table);
  const refused = changes.flatMap((change) => {
    const reason = editor.change(change);
    return reason === undefined ? [] : [{ change, reason }];
  });
  return { table: editor.table(), refused };
};
