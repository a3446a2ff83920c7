/** What an orderly stop takes out of the table (reference 3.7). */
import type { Change, Table } from '../ipvs/model.js';
import { type Director, healthOf } from './director.js';
import type { News } from './mail/alerts.js';
import * as say from './messages.js';
import { hostPort, realName, serviceId, serviceName, tablePort } from './names.js';
import { type PlannedChange, purge } from './plan.js';

/**
 * The changes of an orderly stop: reals that are up, then their virtual; cleanstop=no leaves a virtual as it is
 * (reference 3.7). A virtual that a reload has dropped and that could not be deleted then goes now.
 */
export const stopPlan = (director: Director, actual: Table): readonly PlannedChange[] => {
  const present = new Map(actual.services.map((service) => [serviceId(service.key), service]));
  const dropped = actual.services.filter(({ key }) => director.retired.has(serviceId(key)));
  const configured = director.config.virtuals.flatMap((virtual): readonly PlannedChange[] => {
    const virtualId = serviceId(virtual.key);
    const service = present.get(virtualId);
    if (!virtual.cleanStop || service === undefined) return [];
    const place = serviceName(virtual.key);
    const names = new Set(service.destinations.map(({ address, port }) => hostPort(address, port)));
    const reals = [...(director.places.get(virtualId) ?? [])].flatMap(([name, group]) => {
      const member = group.find((one) => healthOf(director, one).standing === 'up');
      if (member === undefined || !names.has(name)) return [];
      const destination = { address: member.real.address, port: tablePort(virtual, member.real) };
      const change: Change = { kind: 'delete-destination', key: service.key, destination };
      const real = realName(member.real);
      const message = say.purgedReal('stop', real, place);
      const news: News = { virtualId, subject: message, real, isOut: false };
      return [{ change, message, virtualId, members: [], serves: [], news }];
    });
    return [...reals, purge('stop', service.key)];
  });
  return [...configured, ...dropped.map(({ key }) => purge('stop', key))];
};
