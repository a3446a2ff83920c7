/** Collects what happens during the demonstration into the picture that is shown. */
import type { AddressWatch } from '../lab/address-watch.js';
import type { HttpProber } from '../lab/http-prober.js';
import { parseForwarded } from './forwarded.js';
import type { DirectorState, Event, Picture, Step } from './model.js';
import {
  DIRECTORS,
  type DirectorName,
  GATEWAY_ADDRESS,
  SERVICE_ADDRESS,
  type Topology,
  WEB_SERVERS,
} from './topology.js';

/** Told of every new event, for output as plain lines. */
export type Tell = (event: Event) => void;

export interface Stage {
  readonly picture: () => Picture;
  readonly tell: (text: string) => void;
  readonly setStep: (index: number, change: Partial<Step>) => void;
  /** Milliseconds since the start. */
  readonly now: () => number;
  /** What is done to a director by hand. */
  readonly setDirector: (name: DirectorName, state: DirectorState) => void;
  /** Begins to observe what was built. */
  readonly observe: (topology: Topology, watch: AddressWatch, prober: HttpProber) => void;
  /** The addresses of real servers that the active director's table has now. */
  readonly forwarded: () => ReadonlySet<string>;
  readonly close: () => void;
}

/** Lines of ha-log worth showing to somebody who watches. */
const NOTEWORTHY =
  /node \S+: is dead|Link \S+ (up|dead)\.|wants to go standby|Heartbeat shutdown|returning after partition/;

const REFRESH_MS = 250;

export const createStage = (plan: readonly Pick<Step, 'title' | 'limit'>[], onEvent: Tell): Stage => {
  const begun = performance.now();
  const now = (): number => performance.now() - begun;
  const steps: Step[] = plan.map((step) => ({
    ...step,
    status: 'waiting',
    begun: undefined,
    ended: undefined,
    result: '',
  }));
  const events: Event[] = [];
  const tell = (text: string): void => {
    const event = { at: now(), text };
    events.push(event);
    onEvent(event);
  };
  let world: { topology: Topology; watch: AddressWatch; prober: HttpProber } | undefined;
  let forwarded: ReadonlySet<string> = new Set();
  let somebodyForwards = false;
  let timer: NodeJS.Timeout | undefined;
  const owners = new Map<string, string>();
  const directorStates: Record<DirectorName, DirectorState> = { LB1: 'off', LB2: 'off' };

  const holds = (director: DirectorName): readonly string[] =>
    [SERVICE_ADDRESS, GATEWAY_ADDRESS].filter((address) => world?.watch.owners(address).includes(director) === true);

  const noteOwners = (watch: AddressWatch): void => {
    for (const address of [SERVICE_ADDRESS, GATEWAY_ADDRESS]) {
      const text = watch.owners(address).join(' and ') || 'nobody';
      if (text !== (owners.get(address) ?? 'nobody')) tell(`${address} is now with ${text}`);
      owners.set(address, text);
    }
  };

  const noteTable = async ({ directors }: Topology): Promise<void> => {
    const active = DIRECTORS.map(({ name }) => name).filter((name) => holds(name).length > 0);
    // While both believe to be alone, the one that the clients reach counts; that is the later one.
    const name = active.at(-1);
    const { code, stdout } =
      name === undefined ? { code: 1, stdout: '' } : await directors[name].host.run(['ha-ipvsadm', '-L', '-n']);
    const next = code === 0 ? parseForwarded(stdout) : new Set<string>();
    for (const web of WEB_SERVERS) {
      const [was, is] = [forwarded.has(web.address), next.has(web.address)];
      if (was !== is && name !== undefined) tell(`${name} ${is ? 'forwards to' : 'does not forward to'} ${web.name}`);
    }
    forwarded = next;
    somebodyForwards = next.size > 0;
  };

  const rates = (): Picture['rates'] => {
    const counts = world?.prober.answeredBy(Date.now() - 1000);
    return { web1: counts?.get('web1') ?? 0, web2: counts?.get('web2') ?? 0 };
  };

  let failures = 0;
  const history: number[] = [];
  const noteSecond = (): void => {
    const { web1, web2 } = rates();
    history.push(web1 + web2);
    failures = world?.prober.failures(0) ?? 0;
  };

  return {
    now,
    tell,
    forwarded: () => forwarded,
    setStep: (index, change) => {
      const step = steps[index];
      if (step !== undefined) steps[index] = { ...step, ...change };
    },
    setDirector: (name, state) => {
      directorStates[name] = state;
    },
    observe: (topology, watch, prober) => {
      world = { topology, watch, prober };
      for (const { name } of DIRECTORS) {
        topology.directors[name].host.start(['tail', '-n', '0', '-F', '/var/log/ha-log']).onLine((line) => {
          if (NOTEWORTHY.test(line)) tell(`${name}: ${line.replace(/^.*?\]: \w+: /, '')}`);
        });
      }
      let busy = false;
      let ticks = 0;
      timer = setInterval(() => {
        noteOwners(watch);
        ticks += 1;
        if (ticks % (1000 / REFRESH_MS) === 0) noteSecond();
        if (busy || ticks % 2 === 1) return;
        busy = true;
        void noteTable(topology).finally(() => {
          busy = false;
        });
      }, REFRESH_MS);
    },
    picture: () => ({
      now: now(),
      steps,
      events,
      holds: { LB1: holds('LB1'), LB2: holds('LB2') },
      directorStates,
      inTable: {
        web1: somebodyForwards ? forwarded.has(WEB_SERVERS[0].address) : undefined,
        web2: somebodyForwards ? forwarded.has(WEB_SERVERS[1].address) : undefined,
      },
      rates: rates(),
      history,
      failures,
    }),
    close: () => clearInterval(timer),
  };
};
