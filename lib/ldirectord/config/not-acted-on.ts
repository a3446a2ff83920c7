/** Directives and values that are read, checked and stored, but have no effect yet. */
import type { CheckService, CheckType } from './model.js';

/** Name of the feature and what happens instead. One warning is given when a feature is used. */
export const NOT_ACTED_ON: ReadonlyMap<string, string> = new Map([
  ['service', 'checktype=negotiate has no check for this service yet; its real servers are checked by connect'],
  ['emailalert', 'no mail is sent yet'],
  ['emailalertfrom', 'no mail is sent yet'],
  ['emailalertfreq', 'no mail is sent yet'],
  ['emailalertstatus', 'no mail is sent yet'],
  ['smtp', 'no mail is sent yet'],
  ['monitorfile', 'the monitor file is not written yet'],
  ['maintenancedir', 'the maintenance directory is not looked at yet'],
  ['execute', 'other instances are not started yet'],
  ['servicename', 'it appears only in mail, which is not sent yet'],
  ['comment', 'it appears only in mail, which is not sent yet'],
  ['login', 'the checks that log in are not made yet'],
  ['passwd', 'the checks that log in are not made yet'],
  ['database', 'the checks that log in are not made yet'],
  ['secret', 'the checks that log in are not made yet'],
]);

/** Services whose negotiate check is made; `none` needs none. */
export const CHECKED_SERVICES: ReadonlySet<CheckService> = new Set(['http', 'https', 'http_proxy', 'none']);

/** Whether a virtual asks for a check that is not made yet. */
export const isServiceNotActedOn = (type: CheckType, service: CheckService): boolean =>
  (type.kind === 'negotiate' || type.kind === 'combined') && !CHECKED_SERVICES.has(service);
