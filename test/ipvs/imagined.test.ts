/** The table in memory does what the kernel would do. */
import { imaginedEngine } from '../../lib/ipvs/engines/imagined.js';
import type { Change, ServiceKey } from '../../lib/ipvs/model.js';

const key: ServiceKey = { protocol: 'tcp', family: 'ipv4', address: '10.0.0.3', port: 80 };
const service = { key, scheduler: 'wrr', flags: [], persistent: undefined, netmask: undefined, ops: false };
const add: Change = { kind: 'add-service', service };

test('changes are in the table afterwards, and what the kernel would refuse is refused', async () => {
  const engine = imaginedEngine({ services: [] });
  expect(await engine.apply([add])).toEqual([]);
  expect(await engine.read()).toEqual({ services: [{ ...service, destinations: [] }] });
  expect(await engine.apply([add])).toEqual([{ change: add, reason: 'Service already exists' }]);
  expect(engine.foresee(await engine.read(), [add])).toEqual([{ change: add, reason: 'Service already exists' }]);
});

test('it begins with the table it was given, which stays as it is', async () => {
  const beginning = { services: [{ ...service, destinations: [] }] };
  const engine = imaginedEngine(beginning);
  await engine.apply([{ kind: 'delete-service', key }]);
  expect(await engine.read()).toEqual({ services: [] });
  expect(beginning.services).toHaveLength(1);
});
