/** Text that is safe inside a page: everything that is put into a template is escaped unless it is such text itself. */
import { visible } from './visible.js';

/** Markup; made by `html` only. */
export interface Html {
  readonly html: string;
}

type Part = string | number | Html | readonly Html[] | undefined;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** For element content and for attribute values in quotes. */
export const escaped = (text: string): string => visible(text).replace(/[&<>"'`]/g, (char) => ENTITIES[char] ?? char);

const rendered = (part: Part): string => {
  if (part === undefined) return '';
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return String(part);
  return 'html' in part ? part.html : part.map((one) => one.html).join('');
};

/** A template; attribute values stand in double quotes in it. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  html: strings.map((text, index) => text + rendered(parts[index])).join(''),
});
