/** Values that go from an imported file into a generated one: only what is well-formed gets through. */
import ipaddr from 'ipaddr.js';

export interface AddressValue {
  readonly family: 'ipv4' | 'ipv6';
  /** The usual spelling. */
  readonly text: string;
  /** As haresources can hold it, where `::` separates arguments: an IPv6 address in full. */
  readonly full: string;
}

/** An address literal; undefined when it is none. */
export const addressValue = (text: string): AddressValue | undefined => {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return { family: 'ipv4', text, full: text };
  if (!/^[0-9A-Fa-f:.]+$/.test(text) || !text.includes(':') || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return { family: 'ipv6', text: address.toRFC5952String(), full: address.toNormalizedString() };
};

/** An address with its prefix length, if it has one; undefined when it is none. */
export const prefixedAddress = (
  text: string,
): { readonly address: AddressValue; readonly prefix: number | undefined } | undefined => {
  const [, host = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = addressValue(host);
  if (address === undefined) return undefined;
  if (bits === undefined) return { address, prefix: undefined };
  const prefix = Number(bits);
  return prefix >= 1 && prefix <= (address.family === 'ipv4' ? 32 : 128) ? { address, prefix } : undefined;
};

/** `10.0.0.1:80`, `[2001:db8::1]:80`. */
export const hostAndPort = (address: AddressValue, port: number): string => `${bracketed(address)}:${port}`;

/** IPv6 in brackets. */
export const bracketed = ({ family, text }: AddressValue): string => (family === 'ipv6' ? `[${text}]` : text);

/** A number without sign, with a fraction if there is one; undefined for anything else. */
export const positive = (text: string): number | undefined =>
  /^\d{1,9}(?:\.\d{1,6})?$/.test(text) ? Number(text) : undefined;

/** A whole number in a range; undefined for anything else. */
export const whole = (text: string, min: number, max: number): number | undefined => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value >= min && value <= max ? value : undefined;
};

/** A port, 0 included (all ports); a few names that such files use are numbers here. */
export const portValue = (text: string): number | undefined => whole(text, 0, 65_535);

/** A network interface name. */
export const deviceValue = (text: string): string | undefined =>
  /^[A-Za-z_][A-Za-z0-9_.@-]{0,14}$/.test(text) ? text : undefined;

/** A node name, host name or the name of a section. */
export const nameValue = (text: string): string | undefined =>
  /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,98}$/.test(text) ? text : undefined;

/** A mail address that stands in haresources and ldirectord.cf as it is. */
export const mailValue = (text: string): string | undefined =>
  /^[A-Za-z0-9._%+=-]+(?:@[A-Za-z0-9.-]+)?$/.test(text) ? text : undefined;

/** A text between double quotes in ldirectord.cf, where `#` begins a comment even there and a tab is four blanks. */
export const quotableText = (text: string): string | undefined => (/^[^"#\t\r\n\0]+$/.test(text) ? text : undefined);

/** An absolute path without blanks. */
export const pathValue = (text: string): string | undefined => (/^\/[^\s"'#;\\]*$/.test(text) ? text : undefined);

/** Milliseconds as the files write a time: whole seconds as such, otherwise `1500ms`. */
export const timeText = (milliseconds: number): string =>
  milliseconds % 1000 === 0 ? String(milliseconds / 1000) : `${milliseconds}ms`;

/** The same for ha-suite.ini, with its unit. */
export const durationText = (milliseconds: number): string =>
  milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
