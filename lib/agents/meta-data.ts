/** The description that resource agents print for `meta-data`. */

export interface Parameter {
  readonly name: string;
  readonly short: string;
  readonly long: string;
  readonly required: boolean;
  /** No two resources have the same. */
  readonly unique?: boolean;
}

/** An action with the shortest time and interval that it is good for. */
export interface Action {
  readonly name: string;
  readonly timeout: string;
  readonly interval?: string;
}

export interface Description {
  readonly name: string;
  readonly short: string;
  readonly long: string;
  /** The positional arguments, in order. */
  readonly parameters: readonly Parameter[];
  /** Absent: those of a resource.d script. */
  readonly actions?: readonly Action[];
}

const SCRIPT_ACTIONS: readonly Action[] = [
  ...['start', 'stop', 'status', 'monitor'].map((name) => ({ name, timeout: '20s' })),
  { name: 'meta-data', timeout: '5s' },
];

const escapeXml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const parameterXml = ({ name, short, long, required, unique = false }: Parameter): string =>
  [
    `<parameter name="${name}" required="${required ? 1 : 0}"${unique ? ' unique="1"' : ''}>`,
    `<longdesc lang="en">${escapeXml(long)}</longdesc>`,
    `<shortdesc lang="en">${escapeXml(short)}</shortdesc>`,
    '<content type="string"/>',
    '</parameter>',
  ].join('\n');

const actionXml = ({ name, timeout, interval }: Action): string =>
  `<action name="${name}" timeout="${timeout}"${interval === undefined ? '' : ` interval="${interval}"`}/>`;

/** The XML of the resource agent interface, without a last newline. */
export const metaDataXml = ({ name, short, long, parameters, actions = SCRIPT_ACTIONS }: Description): string =>
  [
    '<?xml version="1.0"?>',
    '<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">',
    `<resource-agent name="${name}">`,
    '<version>1.0</version>',
    `<longdesc lang="en">${escapeXml(long)}</longdesc>`,
    `<shortdesc lang="en">${escapeXml(short)}</shortdesc>`,
    '<parameters>',
    ...parameters.map(parameterXml),
    '</parameters>',
    '<actions>',
    ...actions.map(actionXml),
    '</actions>',
    '</resource-agent>',
  ].join('\n');
