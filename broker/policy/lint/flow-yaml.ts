// A value on one line of YAML, for a remedy that somebody copies. Whatever could be read as something else stands in quotes.

const PLAIN = /^([a-z_][a-z0-9_./@-]*|[0-9]+[smhd])$/i;
/** What the core schema of YAML takes for another type. */
const OTHER_TYPE = /^(true|false|null|yes|no|on|off)$/i;

export function flowYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowYaml).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, one]) => `${flowYaml(key)}: ${flowYaml(one)}`);
    return `{ ${pairs.join(', ')} }`;
  }
  const text = String(value);
  return PLAIN.test(text) && !OTHER_TYPE.test(text) ? text : JSON.stringify(value);
}
