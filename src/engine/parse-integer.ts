import type { Value } from '../facts/fact.ts';

/** Text of an Integer that a JavaScript number holds exactly. */
const SMALL_INTEGER = /^-?[0-9]{1,15}$/;
/** No longer than an Integer of 64 bits can be. */
const INTEGER = /^-?[0-9]{1,19}$/;

/** The number an Integer stands for; undefined for every other value. Numbers and bigints compare with each other. */
export function parseInteger({ type, id }: Value): number | bigint | undefined {
  if (type !== 'Integer') return undefined;
  if (SMALL_INTEGER.test(id)) return Number(id);
  return INTEGER.test(id) ? BigInt(id) : undefined;
}
