import type { FactPattern } from '../engine/engine.ts';
import type { Fact } from '../facts/fact.ts';

/** One step of a write. A pattern without wildcards deletes the one fact that it spells. */
export type Change =
  | { readonly kind: 'insert'; readonly fact: Fact }
  | { readonly kind: 'delete'; readonly pattern: FactPattern };
