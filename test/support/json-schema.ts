/** As much of JSON Schema 2020-12 as our own schemas use; a keyword that it does not know is an error in the schema. */

interface Schema {
  readonly [keyword: string]: unknown;
}

const KNOWN = new Set([
  ...['$schema', '$id', '$defs', 'title', 'description', 'type', 'const', 'enum', 'format'],
  ...['required', 'properties', 'additionalProperties', 'items', 'anyOf', '$ref'],
]);

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
};

const hasType = (value: unknown, type: string): boolean =>
  type === 'integer' ? Number.isInteger(value) : typeOf(value) === type;

/**
 * What is wrong with `value`, each with its path; fields that the schema does not name are wrong, too, so that none is
 * forgotten in it.
 */
export const violations = (root: Schema, value: unknown): readonly string[] => {
  const check = (schema: Schema, one: unknown, path: string): readonly string[] => {
    const strange = Object.keys(schema).filter((keyword) => !KNOWN.has(keyword));
    if (strange.length > 0) return [`${path}: the schema uses ${strange.join(', ')}`];
    if (typeof schema.$ref === 'string') {
      const name = schema.$ref.replace('#/$defs/', '');
      const target = (root.$defs as Readonly<Record<string, Schema>>)[name];
      return target === undefined ? [`${path}: no ${schema.$ref}`] : check(target, one, path);
    }
    if (Array.isArray(schema.anyOf)) {
      const tries = (schema.anyOf as Schema[]).map((each) => check(each, one, path));
      return tries.find((problems) => problems.length === 0) ?? tries.at(-1) ?? [];
    }
    const types = [schema.type].flat().filter((type) => typeof type === 'string');
    if (types.length > 0 && !types.some((type) => hasType(one, type))) return [`${path}: ${typeOf(one)}`];
    if ('const' in schema && schema.const !== one) return [`${path}: not ${String(schema.const)}`];
    if (Array.isArray(schema.enum) && !schema.enum.includes(one)) return [`${path}: ${String(one)} is none of them`];
    if (schema.format === 'date-time' && typeof one === 'string' && Number.isNaN(Date.parse(one)))
      return [`${path}: no time`];
    if (Array.isArray(one))
      return one.flatMap((item, index) => check((schema.items ?? {}) as Schema, item, `${path}[${index}]`));
    if (typeof one !== 'object' || one === null || schema.type !== 'object') return [];
    const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
    const missing = ((schema.required ?? []) as string[]).filter((name) => !Object.hasOwn(one, name));
    return [
      ...missing.map((name) => `${path}.${name}: missing`),
      ...Object.entries(one).flatMap(([name, inner]) => {
        const known = properties[name] ?? (schema.additionalProperties as Schema | undefined);
        return known === undefined ? [`${path}.${name}: not in the schema`] : check(known, inner, `${path}.${name}`);
      }),
    ];
  };
  return check(root, value, '$');
};
