// What AWS STS says, written as its documents show it: XML on several lines, times in ISO 8601, nothing where there is nothing.

const NAMESPACE = ' xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** `body`: as the JSON form has it. */
export const stsXml = (body: unknown): string => elements(body as object, NAMESPACE);

const elements = (members: object, attribute = ''): string =>
  Object.entries(members)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `<${name}${attribute}>${content(name, value)}</${name}>\n`)
    .join('');

function content(name: string, value: unknown): string {
  if (typeof value === 'object') return `\n${elements(value as object)}`;
  const text = name === 'Expiration' && typeof value === 'number' ? moment(value) : String(value);
  return text.replace(/[&<>"]/g, (one) => ENTITIES[one] ?? '');
}

const moment = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000', '');
