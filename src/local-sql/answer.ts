import type { GoalTerm } from '../engine/goals.ts';
import type { Column, Constant, Residual } from './residual.ts';

/** An answer gives each unknown of its goal a value, a column, or leaves it open: anything of some types. */
export type AnswerTerm = Constant | Column | Extract<GoalTerm, { kind: 'free' }>;

/** Holds where the database finds what the residual asks for. */
export interface Answer {
  readonly terms: readonly AnswerTerm[];
  readonly residual: Residual;
}
