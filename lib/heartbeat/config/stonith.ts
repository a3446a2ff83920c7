/** The fencing directives, read and checked as genuine does (heartbeat reference 2.2). */
import type { Word } from '../../config/source.js';
import { suggest } from '../../config/suggest.js';
import type { Context, Directive } from './draft.js';
import type { FencingDevice } from './model.js';
import { logged } from './start-line.js';

/** The device types that cluster-glue brings along; `external/NAME` and `rhcs/NAME` are scripts. */
const TYPES = [
  ...['apcmaster', 'apcmastersnmp', 'apcsmart', 'baytech', 'bladehpi', 'cyclades', 'drac3', 'external', 'ibmhmc'],
  ...['ibmrsa', 'ipmilan', 'meatware', 'null', 'nw_rpc100s', 'rcd_serial', 'rhcs', 'riloe', 'rps10', 'ssh', 'suicide'],
  ...['vacm', 'wti_mpc', 'wti_nps'],
];

const checkType = (context: Context, type: Word | undefined, rest: Word): boolean => {
  if (type === undefined) {
    context.fail(rest, {
      code: 'ha.cf/bad-stonith',
      message: 'the type of the fencing device is missing',
      genuine: logged('ERROR', 'No Stonith type given'),
    });
    return false;
  }
  if (TYPES.includes(type.value) || /^(external|rhcs)\/./.test(type.value)) return true;
  context.fail(type, {
    code: 'ha.cf/bad-stonith',
    message: `there is no fencing device type ${type.value}`,
    suggestion: suggest(type.value, TYPES),
    genuine: logged('ERROR', `Invalid Stonith type [${type.value}]`),
  });
  return false;
};

/** Genuine links the library of cluster-glue; without it a configured device would be no protection at all. */
const use = (context: Context, type: Word, device: FencingDevice): void => {
  if (context.env.hasStonith === false)
    context.refuse(type, {
      code: 'ha.cf/no-stonith',
      message: 'fencing needs the program stonith (package cluster-glue), which is not installed',
    });
  else context.draft.set.fencing = device;
};

const stonith: Directive = {
  kind: 'line',
  apply: (context, words, rest) => {
    const [type, file] = words;
    if (!checkType(context, type, rest)) return undefined;
    if (type !== undefined && file !== undefined && context.env.files.get(file.value)?.kind === 'file')
      return use(context, type, { type: type.value, file: file.value });
    const path = file?.value ?? '';
    return context.fail(file ?? rest, {
      code: 'ha.cf/bad-stonith',
      message: path === '' ? 'the configuration file of the fencing device is missing' : `there is no file ${path}`,
      genuine: logged('ERROR', `glib: Cannot open ${path}`, `Invalid Stonith config file [${path}]`),
    });
  },
};

const stonithHost: Directive = {
  kind: 'line',
  apply: (context, words, rest) => {
    const [host, type, ...parameters] = words;
    if (host === undefined)
      return context.fail(rest, {
        code: 'ha.cf/bad-stonith',
        message: 'the host that may use the device is missing (* for every host)',
        genuine: logged('ERROR', 'No Stonith hostname argument given'),
      });
    // A line for another host is that host's business.
    if (host.value !== '*' && host.value.toLowerCase() !== context.env.nodeName) return undefined;
    if (!checkType(context, type, rest)) return undefined;
    if (type !== undefined && parameters.length > 0) {
      const from = rest.value.indexOf(type.value, host.value.length) + type.value.length;
      return use(context, type, { type: type.value, parameters: rest.value.slice(from).trim() });
    }
    return context.fail(rest, {
      code: 'ha.cf/bad-stonith',
      message: 'the parameters of the fencing device are missing',
      genuine: logged('ERROR', 'Invalid Stonith configuration parameter []'),
    });
  },
};

export const STONITH: Readonly<Record<string, Directive>> = { stonith, stonith_host: stonithHost };
