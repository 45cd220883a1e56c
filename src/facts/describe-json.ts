/** What a value out of JSON is, for messages: `an object`, `a string`, `null`, `nothing`. */
export function describeJson(json: unknown): string {
  if (json === undefined) return 'nothing';
  if (json === null) return 'null';
  if (Array.isArray(json)) return 'an array';
  return typeof json === 'object' ? 'an object' : `a ${typeof json}`;
}
