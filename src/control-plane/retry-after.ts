/** No server makes a node hammer it, and none silences it for longer than one usual interval between two copies. */
const LEAST_MS = 1_000;
const MOST_MS = 30 * 60_000;

/**
 * The delay that a `Retry-After` header asks for, within 1 second and 30 minutes. Seconds or an HTTP date
 * (RFC 9110, 10.2.3); anything else is undefined: a server that writes nonsense is not believed.
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : parseHttpDate(text) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.round(Math.min(Math.max(ms, LEAST_MS), MOST_MS));
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` in milliseconds since the Unix epoch, NaN for other texts. */
function parseHttpDate(text: string): number {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text) ? Date.parse(text) : Number.NaN;
}
