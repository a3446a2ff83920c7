/** `vrrp_sync_group`: instances that move together. */
import type { Ledger } from '../ledger.js';
import { arg, type Statement } from '../statement.js';
import { readTracked, type Tracked } from './instance.js';
import { readBlock } from './read-block.js';

export interface SyncGroup {
  readonly name: string;
  readonly members: readonly string[];
  readonly tracked: readonly Tracked[];
  readonly mails: Statement | undefined;
}

/** Reads the block; `instances` are the names that there are. */
export const readSyncGroup = (ledger: Ledger, statement: Statement, instances: readonly string[]): SyncGroup => {
  const members: string[] = [];
  let tracked: readonly Tracked[] = [];
  let mails: Statement | undefined;
  readBlock(ledger, statement.block ?? [], {
    group: (group) => {
      for (const member of group.block ?? []) {
        ledger.carry(member);
        for (const name of [member.keyword, ...member.args.map(({ value }) => value)])
          if (instances.includes(name)) members.push(name);
          else ledger.remark('lost', member, `there is no vrrp_instance ${name} in this file`);
      }
    },
    track_script: (each) => {
      tracked = [...tracked, ...readTracked('script', each)];
    },
    track_process: (each) => {
      tracked = [...tracked, ...readTracked('process', each)];
    },
    smtp_alert: (each) => {
      mails = each;
    },
  });
  return { name: arg(statement, 0), members, tracked, mails };
};
