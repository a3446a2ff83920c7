/** Runs IPaddr2 as an agent of the OCF interface: `IPaddr2 start|stop|monitor|validate-all|meta-data|usage`. */
import type { Log } from '../log.js';
import { readDevices } from '../platform/routes.js';
import { detachedAnnouncer } from './announcer.js';
import { OCF } from './exit.js';
import { ipaddr2Action } from './ipaddr2.js';
import { metaDataXml } from './meta-data.js';
import { addressOfParameters, addressRefusal, OCF_IPADDR2, type OcfAddressAction } from './ocf-ipaddr2.js';
import { readOwnSettings } from './own-settings.js';

const ACTIONS: readonly OcfAddressAction[] = ['start', 'stop', 'monitor', 'validate-all'];
const USAGE = `usage: IPaddr2 {${[...ACTIONS, 'meta-data'].join('|')}}

The parameters are expected in the environment, as Pacemaker gives them.`;

/** Pacemaker shows what follows this mark, in crm_mon beside the failure. */
const log: Log = (priority, text) =>
  void process.stderr.write(priority === 'ERROR' ? `ocf-exit-reason:${text}\n` : `${priority}: ${text}\n`);

const act = async (action: OcfAddressAction): Promise<number> => {
  const argument = addressOfParameters(process.env);
  const refused = addressRefusal(action, argument, process.env, readDevices());
  if (refused !== undefined) {
    if (refused.reason !== undefined) log('ERROR', refused.reason);
    return refused.code;
  }
  const { announce } = await readOwnSettings(log);
  const context = { log, signal: new AbortController().signal };
  const verb = action === 'validate-all' ? 'validate' : action;
  return ipaddr2Action(verb, argument, context, detachedAnnouncer(announce));
};

/** Does the action that the command line names, and sets the exit code of the interface. */
export const ocfIpaddr2Main = async (): Promise<void> => {
  const [word] = process.argv.slice(2);
  const action = ACTIONS.find((each) => each === word);
  if (action !== undefined) {
    process.exitCode = await act(action);
  } else if (word === 'meta-data') {
    process.stdout.write(`${metaDataXml(OCF_IPADDR2)}\n`);
  } else {
    process.stdout.write(`${USAGE}\n`);
    process.exitCode = word === 'usage' || word === 'help' ? OCF.success : OCF.unimplemented;
  }
};
