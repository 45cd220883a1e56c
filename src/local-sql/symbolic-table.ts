import type { GoalTerm } from '../engine/goals.ts';
import type { Literal, Rule } from '../program/program.ts';
import type { Answer } from './answer.ts';
import type { KnownAnswers } from './known-answers.ts';
import type { GoalNode, Resolved, State } from './state.ts';

export interface SymbolicGoal {
  readonly predicate: string;
  readonly args: readonly GoalTerm[];
  /** The first argument that stands for each unknown. */
  readonly positions: readonly number[];
}

/** What is known so far about a goal in which rows of the database have a part. */
export interface SymbolicTable extends GoalNode {
  readonly goal: SymbolicGoal;
  readonly answers: Answer[];
  readonly known: KnownAnswers;
  readonly consumers: Consumer[];
}

/** A body at work. `finish` takes what its variables stand for when every literal is done. */
export interface Frame {
  readonly rule: Rule;
  readonly table: SymbolicTable | undefined;
  finish(state: State): void;
}

export interface Suspended {
  readonly frame: Frame;
  readonly pending: readonly Literal[];
  readonly state: State;
}

/** A body that called a goal: it goes on once for every answer. */
export interface Consumer extends Suspended {
  readonly kind: 'consumer';
  readonly table: SymbolicTable;
  /** The first answer that it has not seen. */
  next: number;
  isQueued: boolean;
  /** The caller's term for each unknown of the goal. */
  readonly terms: readonly Resolved[];
}

export type Task = ({ readonly kind: 'body' } & Suspended) | Consumer;
