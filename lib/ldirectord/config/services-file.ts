/** /etc/services: which port a service name stands for. */
import type { PortProtocol } from './facts.js';

export type Services = ReadonlyMap<string, Readonly<Partial<Record<PortProtocol, number>>>>;

/** Names and aliases with their ports; the first line of a name and protocol counts, as in the C library. */
export const parseServices = (text: string): Services => {
  const services = new Map<string, Partial<Record<PortProtocol, number>>>();
  for (const line of text.split('\n')) {
    const [name, entry = '', ...aliases] = line.replace(/#.*$/, '').trim().split(/\s+/);
    const [, digits, protocol] = /^(\d+)\/(\w+)$/.exec(entry) ?? [];
    if (name === undefined || digits === undefined) continue;
    const port = Number(digits);
    for (const each of [name, ...aliases]) {
      const ports = services.get(each) ?? {};
      ports.any ??= port;
      if (protocol === 'tcp') ports.tcp ??= port;
      if (protocol === 'udp') ports.udp ??= port;
      services.set(each, ports);
    }
  }
  return services;
};
