/** The description that resource agents print for `meta-data`. */

export interface Parameter {
  readonly name: string;
  readonly short: string;
  readonly long: string;
  readonly required: boolean;
}

export interface Description {
  readonly name: string;
  readonly short: string;
  readonly long: string;
  /** The positional arguments, in order. */
  readonly parameters: readonly Parameter[];
}

const escapeXml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const parameterXml = ({ name, short, long, required }: Parameter): string =>
  [
    `<parameter name="${name}" required="${required ? 1 : 0}">`,
    `<longdesc lang="en">${escapeXml(long)}</longdesc>`,
    `<shortdesc lang="en">${escapeXml(short)}</shortdesc>`,
    '<content type="string"/>',
    '</parameter>',
  ].join('\n');

/** The XML of the resource agent interface, without a last newline. */
export const metaDataXml = ({ name, short, long, parameters }: Description): string =>
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
    ...['start', 'stop', 'status', 'monitor'].map((action) => `<action name="${action}" timeout="20s"/>`),
    '<action name="meta-data" timeout="5s"/>',
    '</actions>',
    '</resource-agent>',
  ].join('\n');
