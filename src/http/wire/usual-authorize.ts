import type { JsonRecord } from './field.ts';

/** A JSON string that stands for itself, without escapes. */
const TEXT = String.raw`"([^"\\\p{Cc}]*)"`;

/** The body of POST /authorize as SDKs write it; Python sets a blank after colons and commas. */
const USUAL = new RegExp(
  `^\\{"actor_type": ?${TEXT}, ?"actor_id": ?${TEXT}, ?"action": ?${TEXT}, ` +
    `?"resource_type": ?${TEXT}, ?"resource_id": ?${TEXT}, ?"context_facts": ?\\[\\]\\}$`,
  'u',
);

/**
 * What `JSON.parse` makes of a usual body, in a fifth of the time: it looks up every short string among all others,
 * and ids are many. Undefined for every other text, whether it is good or not.
 */
export function parseUsualAuthorize(text: string): JsonRecord | undefined {
  const found = USUAL.exec(text);
  if (found === null) return undefined;
  const [, actor_type, actor_id, action, resource_type, resource_id] = found;
  return { actor_type, actor_id, action, resource_type, resource_id, context_facts: [] };
}
