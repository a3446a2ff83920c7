import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DESCRIPTIONS } from '../../lib/agents/descriptions.js';
import { builtinAgents } from '../../lib/agents/registry.js';
import { SEND_ARP_OPTIONS } from '../../lib/agents/send-arp-arguments.js';
import { projectRoot } from '../support/paths.js';

const page = (name: string): string => readFileSync(join(projectRoot, 'man', name), 'utf8');

test('send_arp(8) has exactly the options of the command', () => {
  const documented = [...page('send_arp.8').matchAll(/^\.It Fl (\w) /gm)].map(([, option]) => `-${option}`);
  expect(documented.sort()).toEqual([...SEND_ARP_OPTIONS].sort());
});

test('ha-agents(7) has a section for each agent, with its arguments', () => {
  const sections = [...page('ha-agents.7').matchAll(/^\.Ss (\S+) (\S.*?)(?:\\&)?$/gm)];
  const described = sections.map(([, name]) => name).filter((name) => builtinAgents.has(name ?? ''));
  expect(described.sort()).toEqual([...builtinAgents.keys()].sort());
  for (const [, name = '', synopsis] of sections.filter(([, each]) => builtinAgents.has(each ?? ''))) {
    const first = DESCRIPTIONS[name]?.parameters[0];
    if (name.startsWith('IPaddr')) expect(synopsis).toBe(first?.short);
  }
});

test('every agent describes itself', async () => {
  for (const [name, agent] of builtinAgents) {
    const context = { log: () => undefined, signal: new AbortController().signal };
    const { code, output } = await agent.run('meta-data', [], context);
    expect(code).toBe(0);
    expect(output).toContain(`<resource-agent name="${name}">`);
    expect(output).toMatch(/<action name="monitor"/);
  }
});
