/** Who may be a client (heartbeat reference 2.4 and 7.2). */
import type { ApiAuth } from '../config/model.js';
import type { ApiFacts, Credentials } from './state.js';

/** Rules for clients that ha.cf says nothing about. */
export const DEFAULT_RULES: readonly ApiAuth[] = [
  { client: 'ipfail', uids: ['hacluster'], gids: [] },
  { client: 'ccm', uids: ['hacluster'], gids: [] },
  { client: 'ping', uids: [], gids: ['haclient'] },
  { client: 'lha-snmpagent', uids: ['root'], gids: [] },
  { client: 'anon', uids: ['root'], gids: ['haclient'] },
];

const holds = (names: readonly string[], known: ReadonlyMap<string, number>, id: number): boolean =>
  names.some((name) => (/^\d+$/.test(name) ? Number(name) : known.get(name)) === id);

/** Why a client may not sign on, in genuine words; undefined when it may. */
export const refusal = (
  client: { readonly name: string; readonly casual: boolean },
  who: Pick<Credentials, 'uid' | 'gid'>,
  facts: ApiFacts,
): string | undefined => {
  const configured = new Set(facts.apiAuth.map((rule) => rule.client));
  const rules = [...facts.apiAuth, ...DEFAULT_RULES.filter((rule) => !configured.has(rule.client))];
  const find = (name: string): ApiAuth | undefined => rules.find((rule) => rule.client === name);
  const rule = client.casual ? find('anon') : (find(client.name) ?? find('default'));
  if (rule === undefined) return 'no default client auth';
  return holds(rule.uids, facts.userIds, who.uid) || holds(rule.gids, facts.groupIds, who.gid)
    ? undefined
    : 'client failed authorization';
};
