/** ldirectord.cf beside haresources, and what in it cannot serve anybody. */
import { inNetwork } from '../../agents/netmask.js';
import type { Diagnostic } from '../../config/diagnostic.js';
import type { Virtual } from '../../ldirectord/config/model.js';
import { hostPort, realName, serviceId, tablePort } from '../../ldirectord/names.js';
import { instancePaths } from '../director-texts.js';
import type { DirectorFile, Facts, Rule } from '../facts.js';
import { directorDirective, found, placeText, restOfLine } from '../finding.js';
import { isOwnAddress, servedAddresses, usualAddress } from '../served-addresses.js';

type VirtualRule = (virtual: Virtual, facts: Facts, file: DirectorFile) => readonly Diagnostic[];

const forVirtuals =
  (rule: VirtualRule): Rule =>
  (facts) =>
    facts.directors.flatMap((file) => file.config.virtuals.flatMap((virtual) => rule(virtual, facts, file)));

/** The address of a virtual; undefined for a firewall mark. */
const addressOfVirtual = ({ key }: Virtual): string | undefined =>
  key.protocol === 'fwm' ? undefined : usualAddress(key.address);

/** An ldirectord of haresources without its file. */
export const lostDirectors: Rule = (facts) =>
  facts.lostDirectors.map(({ resource, tried, suggestion }) =>
    found(
      facts,
      'error',
      { value: resource.word, at: resource.at },
      {
        code: 'check/no-director-file',
        message: `ldirectord finds no configuration: there is no ${tried.join(' and no ')}`,
        suggestion,
        why: 'ldirectord does not start, and with it the whole group.',
        fix: 'write the name of the file as it is, with its ending: ldirectord adds none.',
      },
    ),
  );

/** The other configurations that a file starts ldirectord for. */
export const lostInstances: Rule = (facts) =>
  facts.directors.flatMap(({ config }) =>
    config.execute.flatMap(({ value, at }): readonly Diagnostic[] => {
      const paths = instancePaths(facts.dir, value);
      if (paths.length === 0 || paths.some((path) => facts.machine.files.get(path)?.kind === 'file')) return [];
      return [
        found(facts, 'error', restOfLine(facts, at), {
          code: 'check/no-director-file',
          message: `execute: there is no ${paths.join(' and no ')}`,
          why: 'what that file describes is served by nobody.',
          fix: 'write the name of the file as it is, with its ending: ldirectord adds none.',
        }),
      ];
    }),
  );

/** A virtual service whose address no machine will ever have. */
export const virtualsNowhere: Rule = forVirtuals((virtual, facts) => {
  const address = addressOfVirtual(virtual);
  const served = servedAddresses(facts.heartbeat?.groups ?? []).some((one) => one.address === address);
  if (address === undefined || served || isOwnAddress(facts.machine, address)) return [];
  const isAlone = facts.heartbeat === undefined;
  return [
    found(facts, 'warning', restOfLine(facts, virtual.at), {
      code: 'check/virtual-without-address',
      message: `${address} is ${isAlone ? '' : 'in no group of haresources and '}on no interface`,
      why: 'nobody answers for the address, so that no client reaches this service.',
      fix: isAlone ? `add ${address} to an interface.` : `add IPaddr2::${address} to the group with ldirectord.`,
    }),
  ];
});

/** A virtual service whose address is at home where its ldirectord is not. */
export const virtualsElsewhere: Rule = forVirtuals((virtual, facts, { word, path }) => {
  const groups = facts.heartbeat?.groups ?? [];
  const address = addressOfVirtual(virtual);
  const director = groups.find(({ resources }) =>
    resources.some(({ agent, args }) => agent === 'ldirectord' && (args[0] ?? 'ldirectord.cf') === word),
  );
  const homes = servedAddresses(groups).filter((one) => one.address === address);
  const [home] = homes;
  if (director === undefined || home === undefined || homes.some(({ group }) => group.node === director.node))
    return [];
  return [
    found(facts, 'warning', restOfLine(facts, virtual.at), {
      code: 'check/virtual-elsewhere',
      message: `${home.address} is at home on ${home.group.node} (${placeText(home.resource.at)}), and the ldirectord of ${path} on ${director.node} (${placeText(director.at)})`,
      why: 'packets for the address arrive at a node that has no table for them.',
      fix: 'put the address and ldirectord into one line of haresources.',
    }),
  ];
});

/** A virtual service with nobody behind it. */
export const virtualsWithoutReals: Rule = forVirtuals((virtual, facts) =>
  virtual.reals.length > 0
    ? []
    : [
        found(facts, 'warning', restOfLine(facts, virtual.at), {
          code: 'check/no-real',
          message: `${serviceId(virtual.key)} has no real server`,
          why:
            virtual.fallback === undefined
              ? 'every connection is refused.'
              : 'every connection goes to the fallback, which is meant for when all real servers are down.',
          fix: 'add a line such as real=192.168.0.1:80 masq below it, indented.',
        }),
      ],
);

/** Whether a real server is the virtual service once more, which would be a loop. */
const isItself = (virtual: Virtual, server: { readonly address: string; readonly port: number }): boolean =>
  virtual.key.protocol !== 'fwm' &&
  usualAddress(server.address) === addressOfVirtual(virtual) &&
  (server.port === 0 || server.port === virtual.key.port);

/** A virtual service that forwards to itself. */
export const realsThatAreTheVirtual: Rule = forVirtuals((virtual, facts) =>
  [...virtual.reals, ...(virtual.fallback === undefined ? [] : [virtual.fallback])]
    .filter((server) => isItself(virtual, server))
    .map((server) =>
      found(facts, 'error', restOfLine(facts, server.at), {
        code: 'check/real-is-virtual',
        message: `${realName(server)} is the virtual service itself`,
        why: 'the check asks the service that it is to decide about, and finds it up or down by its own verdict.',
        fix: 'write the own address of the server, or 127.0.0.1 for one on this machine.',
      }),
    ),
);

/** A fallback that is down exactly when it is needed. */
export const fallbacksAmongReals: Rule = forVirtuals((virtual, facts) => {
  const { fallback, reals } = virtual;
  const twin = reals.find(
    (real) =>
      fallback !== undefined &&
      real.address === fallback.address &&
      tablePort(virtual, real) === tablePort(virtual, fallback),
  );
  if (fallback === undefined || twin === undefined) return [];
  return [
    found(facts, 'warning', restOfLine(facts, fallback.at), {
      code: 'check/fallback-is-real',
      message: `the fallback ${hostPort(fallback.address, fallback.port)} is also a real server (${placeText(twin.at)})`,
      why: 'when all real servers are down it is down as well, and clients see no page that says so.',
      fix: 'name another server, e.g. 127.0.0.1 with a page that asks for patience.',
    }),
  ];
});

/** A port of a real server that only the checks ever see. */
export const mappedPorts: Rule = forVirtuals((virtual, facts) => {
  const { key, reals } = virtual;
  if (key.protocol === 'fwm') return [];
  return reals
    .filter(({ method, port }) => method !== 'masq' && port !== 0 && key.port !== 0 && port !== key.port)
    .map((real) =>
      found(facts, 'warning', restOfLine(facts, real.at), {
        code: 'check/mapped-port',
        message: `${real.method} leaves the port of a packet as it is: clients arrive at port ${key.port}, and port ${real.port} is only checked`,
        why: 'the real server is found up by its answer at one port and gets its clients at another one.',
        fix: `write port ${key.port}, or masq, which can map ports; to check another port there is checkport.`,
      }),
    );
});

/** A real server for direct routing that is not on a network of this machine. */
export const unreachableReals: Rule = forVirtuals((virtual, facts) => {
  const { machine } = facts;
  const direct = machine.routes.filter((route) => route.direct && route.prefix > 0);
  // A machine without any network says nothing about one that has them.
  if (direct.length === 0) return [];
  return virtual.reals
    .filter(({ method, address }) => method === 'gate' && !isOwnAddress(machine, address))
    .filter(({ address }) => !direct.some(({ network, prefix }) => inNetwork(address, network, prefix)))
    .map((real) =>
      found(facts, 'warning', restOfLine(facts, real.at), {
        code: 'check/gate-behind-router',
        message: `${real.address} is in no network of an interface, and gate cannot pass a router`,
        why: 'direct routing only changes the hardware address of a packet: a router would send it back to the director.',
        fix: 'use ipip or masq for this server, or give the director an address in its network.',
      }),
    );
});

/** A text that no check looks for. */
export const unusedReceive: Rule = forVirtuals((virtual, facts) => {
  const { checkType, receive, reals } = virtual;
  const looks = checkType.kind === 'negotiate' || checkType.kind === 'combined';
  if (looks || (receive === '' && reals.every((real) => real.receive === undefined))) return [];
  const under = directorDirective(facts, virtual.at, receive === '' ? 'checktype' : 'receive');
  return [
    found(facts, 'warning', under, {
      code: 'check/receive-unused',
      message: `what the page must hold is not looked for: checktype is ${checkType.kind}`,
      why: 'a web server that answers every request with an error stays in the table.',
      fix: 'checktype=negotiate, or leave request and receive out.',
    }),
  ];
});
