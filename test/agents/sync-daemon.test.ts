import { createSyncDaemon, parseDaemonList, parseDefaults } from '../../lib/agents/sync-daemon.js';

test('what ipvsadm --list --daemon prints', () => {
  expect(parseDaemonList('')).toEqual([]);
  expect(parseDaemonList('master sync daemon (mcast=eth0, syncid=0)\n')).toEqual(['master']);
  expect(
    parseDaemonList('master sync daemon (mcast=eth0, syncid=0)\nbackup sync daemon (mcast=eth0, syncid=0)\n'),
  ).toEqual(['master', 'backup']);
});

test('interface and syncid of /etc/default/ipvsadm', () => {
  expect(parseDefaults('DAEMON="none"\n\nIFACE="eth1"\t\n# SYNCID="0"\n')).toEqual({ device: 'eth1' });
  expect(parseDefaults('IFACE=bond0\nSYNCID=7\n')).toEqual({ device: 'bond0', syncId: '7' });
});

test('an argument that is neither master nor backup is refused', async () => {
  const context = { log: () => undefined, signal: new AbortController().signal };
  const agent = createSyncDaemon({ engine: 'auto' });
  expect(await agent.run('start', ['slave'], context)).toMatchObject({ code: 2 });
  expect(await agent.run('status', [], context)).toMatchObject({ code: 2 });
});
