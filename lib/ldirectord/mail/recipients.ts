/** Takes the single addresses out of an address list as it stands in a To header (RFC 5322 3.4, the part that people write). */

/** Where a list may be cut, when it is outside quotes, comments and angle brackets. */
const SEPARATOR = /[,;\r\n]/;

/** The list cut at its commas; quotes, comments and angle brackets hold together what they enclose. */
const parts = (list: string): readonly string[] => {
  const found: string[] = [];
  let part = '';
  let quoted = false;
  let angle = false;
  let depth = 0;
  for (let at = 0; at < list.length; at += 1) {
    const char = list.charAt(at);
    if (char === '\\' && (quoted || depth > 0)) {
      at += 1;
      if (depth === 0) part += char + list.charAt(at);
      continue;
    }
    if (!quoted && char === '(') depth += 1;
    else if (!quoted && char === ')' && depth > 0) depth -= 1;
    else if (depth > 0) continue;
    else if (!quoted && !angle && SEPARATOR.test(char)) {
      found.push(part);
      part = '';
    } else {
      if (char === '"') quoted = !quoted;
      else if (!quoted && char === '<') angle = true;
      else if (!quoted && char === '>') angle = false;
      part += char;
    }
  }
  return [...found, part];
};

/** Control characters and angle brackets would end the SMTP command that carries an address. */
const cleaned = (address: string): string => address.replace(/[\x00-\x20\x7f<>]/g, '');

/** What is delivered to in one part: the address in its angle brackets, else its words that look like addresses. */
const addressesIn = (part: string): readonly string[] => {
  const bracketed = /<([^>]*)>?\s*$/.exec(part)?.[1];
  if (bracketed !== undefined) return [cleaned(bracketed)];
  const words = part.split(/\s+/).filter((word) => word !== '');
  const addresses = words.filter((word) => word.includes('@'));
  // `root` is an address too; `a@x b@y` are two.
  return (addresses.length > 0 ? addresses : words).map(cleaned);
};

/** Every address once, in order; genuine hands over the whole list as one address (ldirectord reference 7, no. 17). */
export const recipientsOf = (list: string): readonly string[] => [
  ...new Set(
    parts(list)
      .flatMap(addressesIn)
      .filter((address) => address !== ''),
  ),
];
