/** Files that are not the same on both nodes, as the other node has told the heartbeat that runs here. */
import type { Diagnostic, Severity } from '../../config/diagnostic.js';
import type { FileComparison } from '../../peer/files.js';
import type { Facts, Rule } from '../facts.js';
import { foundInFile, type Said } from '../finding.js';

const WHY: Readonly<Record<string, string>> = {
  haresources:
    'each node starts what its own file says: after a takeover the service is another one, or an address has two owners.',
  'ha.cf': 'the nodes may follow different rules for who is dead and who has what.',
  'ha-suite.ini': 'monitors, notifications or the status page are others after a takeover.',
};
const WHY_DIRECTOR = 'after a takeover other real servers are served, or they are checked in another way.';

const severityOf = (name: string): Severity => (name === 'haresources' ? 'error' : 'warning');

/** Where the file stands here, or would stand. */
const pathOf = ({ dir, directors }: Facts, name: string): string =>
  directors.find(({ word }) => word === name)?.path ?? (name.startsWith('/') ? name : `${dir}/${name}`);

const said = (facts: Facts, node: string, { name, is }: FileComparison): Diagnostic | undefined => {
  const path = pathOf(facts, name);
  const why = WHY[name] ?? WHY_DIRECTOR;
  const mayStay =
    name === 'ha-suite.ini' ? 'leave it if it is meant, as the address of the status page may be; else ' : '';
  const say = (one: Said): Diagnostic => foundInFile(path, severityOf(name), one);
  const copy = `scp -rp ${node}:/etc/ha.d /root/${node} && ha check --peer /root/${node}`;
  switch (is) {
    case 'same':
    case 'unknown':
      return undefined;
    case 'differs':
      return say({
        ...{ code: 'check/told-file-differs', message: `it is not the same on ${node}`, why },
        fix: `${mayStay}copy it from the node that has it right, and reload both; ${copy} shows what differs.`,
      });
    case 'only here':
      return say({
        ...{ code: 'check/told-file-only-here', message: `${node} has no such file`, why },
        fix: `copy it to ${node}, or remove what names it.`,
      });
    case 'only there':
      return say({
        ...{ code: 'check/told-file-only-there', message: `${node} has this file, and this node has not`, why },
        fix: `copy it from ${node}, or remove there what names it.`,
      });
  }
};

/** All of them. */
export const toldFiles: Rule = (facts) => {
  const { told } = facts;
  if (told === undefined || 'problem' in told) return [];
  return told.files.flatMap((file) => said(facts, told.node, file) ?? []);
};
