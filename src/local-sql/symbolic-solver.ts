import type { Goals } from '../engine/goals.ts';
import { unboundedError } from '../engine/unbounded-error.ts';
import type { Value } from '../facts/fact.ts';
import type { Literal, Rule, Term } from '../program/program.ts';
import type { Answer, AnswerTerm } from './answer.ts';
import { answerOf } from './answer-of.ts';
import { applyTerms } from './apply-terms.ts';
import type { Binding } from './binding.ts';
import { compareTerms, enumerateList, type TermAlgebra } from './built-in-literals.ts';
import { chooseLiteral } from './choose-literal.ts';
import { describeGoal, type GoalOfCall, goalKey } from './describe-goal.ts';
import { type Ask, joinCentral } from './join-central.ts';
import { judgeNegation } from './judge-negation.ts';
import { KnownAnswers } from './known-answers.ts';
import { findListed } from './listed-columns.ts';
import type { LocalReach, RuleBook } from './local-rules.ts';
import { factRule, openRule, shiftRule } from './open-rule.ts';
import {
  checkRecursion,
  countRows,
  growsInRecursion,
  isRecursive,
  mixedRecursion,
  tooManyBranches,
} from './recursion.ts';
import { type Atom, renameAtoms, renameColumn } from './residual.ts';
import { spreadLists } from './spread-lists.ts';
import { fork, narrow, type Resolved, resolve, type State, unify } from './state.ts';
import type { Consumer, Frame, Suspended, SymbolicTable, Task } from './symbolic-table.ts';

/** Deepest evaluation within an evaluation: `not` within `not`, and goals that must know their columns. */
const MAX_DEPTH = 24;
/** Most answers of all goals, about a second's work: beyond, SQL would be of no use to a database. */
const MAX_ANSWERS = 20_000;
/** A call with up to so many listed values is a goal for each of them; with more it is one goal for all values. */
const MOST_GOALS = 64;

/** What all evaluations of one question share. */
export interface Question {
  readonly goals: Goals;
  readonly book: RuleBook;
  readonly reach: LocalReach;
  readonly bindings: readonly Binding[];
  /** Whether a column of this value's type can hold it. */
  readonly fits: (value: Value) => boolean;
  atomCount: number;
  answerCount: number;
}

type Call = Extract<Literal, { kind: 'call' }>;

/**
 * Evaluates rules over facts of which some are known only to the database: an answer carries what the database must still
 * find. What central facts alone say is left to the engine, many answers at a time; the tables here hold only answers in
 * which rows of the database have a part. Tabling as in the engine's solver: each (consumer, answer) pair is processed once.
 */
export class SymbolicSolver {
  readonly #question: Question;
  readonly #depth: number;
  readonly #tables = new Map<string, SymbolicTable>();
  readonly #tasks: Task[] = [];

  constructor(question: Question, depth = 0) {
    this.#question = question;
    this.#depth = depth;
  }

  /** Every way to satisfy a body, each with what its variables stand for. */
  solveBody(rule: Rule, pending: readonly Literal[], state: State): readonly State[] {
    if (this.#depth > MAX_DEPTH) throw mixedRecursion(rule);
    const found: State[] = [];
    const frame: Frame = { rule, table: undefined, finish: (done) => found.push(done) };
    this.#tasks.push({ kind: 'body', frame, pending, state });
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) this.#work(task);
    return found;
  }

  #work(task: Task): void {
    this.#question.goals.step();
    if (task.kind === 'body') this.#advance(task.frame, task.pending, task.state);
    else this.#goOnWithAnswer(task);
  }

  #goOnWithAnswer(consumer: Consumer): void {
    const { frame, pending, table } = consumer;
    const answer = table.answers[consumer.next++];
    consumer.isQueued = consumer.next < table.answers.length;
    if (consumer.isQueued) this.#tasks.push(consumer);
    const state = answer && this.#applyAnswer(consumer, answer);
    if (state !== undefined) this.#advance(frame, pending, state);
  }

  #wake(consumer: Consumer): void {
    if (consumer.isQueued || consumer.next >= consumer.table.answers.length) return;
    consumer.isQueued = true;
    this.#tasks.push(consumer);
  }

  #advance(frame: Frame, body: readonly Literal[], state: State): void {
    let pending = body;
    while (pending.length > 0) {
      this.#question.goals.choose(pending.length);
      const position = chooseLiteral(pending, state, this.#question.goals);
      const literal = pending[position];
      pending = pending.toSpliced(position, 1);
      if (literal === undefined || !this.#goOn(literal, { frame, pending, state })) return;
    }
    frame.finish(state);
  }

  /** True when the body goes on at once, in the same state. */
  #goOn(literal: Literal, at: Suspended): boolean {
    const { state, frame } = at;
    switch (literal.kind) {
      case 'matches':
        return narrow(state, this.#resolve(state, { kind: 'variable', index: literal.variable }), literal.types);
      case 'equal':
        return this.#unify(state, literal.left, literal.right);
      case 'compare':
        return compareTerms(
          state,
          {
            operator: literal.operator,
            left: this.#resolve(state, literal.left),
            right: this.#resolve(state, literal.right),
          },
          { rule: frame.rule, fits: this.#question.fits },
        );
      case 'in':
        this.#continue(at, enumerateList(state, literal, this.#terms));
        return false;
      case 'call':
        this.#call(literal, at);
        return false;
      case 'not':
        this.#negate(literal, at);
        return false;
    }
  }

  readonly #terms: TermAlgebra = {
    resolve: (state, term) => this.#resolve(state, term),
    unify: (state, left, right) => unify(state, left, right, this.#question.fits),
    fits: (value) => this.#question.fits(value),
    newAtom: (source) => ({ id: this.#question.atomCount++, source }),
  };

  #continue({ frame, pending }: Suspended, states: readonly State[]): void {
    for (const state of states.toReversed()) this.#tasks.push({ kind: 'body', frame, pending, state });
  }

  #call({ predicate, args }: Call, at: Suspended): void {
    const { state } = at;
    const { goals } = this.#question;
    const resolved = args.map((term) => this.#resolve(state, term));
    const isReached = this.#isReached(predicate, resolved, state);
    if (this.#mustKnowColumns(predicate, resolved, { state, isReached })) {
      this.#continue(at, this.#callInPlace(predicate, resolved, at));
    } else if (isReached) this.#callReached(predicate, resolved, at);
    else {
      const ask: Ask = (goal) => goals.answers(predicate, goal);
      this.#continue(at, joinCentral(state, { args: resolved, ask }, this.#terms));
    }
  }

  /** A call that rows of the database can have a part in: what the engine says, and what they add. */
  #callReached(predicate: string, args: readonly Resolved[], at: Suspended): void {
    const { state, frame, pending } = at;
    const { goals, reach } = this.#question;
    const isGround = args.every(({ kind }) => kind === 'value');
    const isLast = frame.table !== undefined && !state.isLocal && !pending.some((other) => this.#mayAdd(other, state));
    if (isGround || !isLast) {
      const ask: Ask = (goal) => goals.answers(predicate, goal, reach.dependent);
      const central = joinCentral(state, { args, ask }, this.#terms);
      if (!isLast) this.#continue(at, central);
      if (isGround && central.length > 0) return;
    }
    for (const next of this.#byValue(predicate, args, state)) {
      this.#consume(
        predicate,
        args.map((arg) => this.#resolve(next, arg)),
        { ...at, state: next },
      );
    }
  }

  /** The state for each of the values that columns of a call can have, where they are few and rules need them. */
  #byValue(predicate: string, args: readonly Resolved[], state: State): readonly State[] {
    const listed = findListed(state, args);
    if (listed === undefined || listed.rows.length > MOST_GOALS) return [state];
    if (this.#question.book.rulesOf(predicate, args.length).length === 0) return [state];
    return listed.rows.flatMap((row) => {
      const next = fork(state);
      const found = row.map((value) => ({ kind: 'value' as const, value }));
      return applyTerms(next, { args: listed.columns, found }, this.#terms) ? [next] : [];
    });
  }

  #consume(predicate: string, args: readonly Resolved[], at: Suspended): void {
    const asked = describeGoal(at.state, args);
    const table = this.#tableFor(predicate, asked);
    at.frame.table?.calls.add(table);
    const consumer: Consumer = { ...at, kind: 'consumer', table, terms: asked.terms, next: 0, isQueued: false };
    table.consumers.push(consumer);
    this.#wake(consumer);
  }

  #isReached(predicate: string, args: readonly Resolved[], state: State): boolean {
    return this.#question.reach.reaches(predicate, describeGoal(state, args).goal);
  }

  /** Whether rows of the database can have a part in a literal. */
  #mayAdd(literal: Literal, state: State): boolean {
    if (literal.kind !== 'call') return false;
    const args = literal.args.map((term) => this.#resolve(state, term));
    return this.#isReached(literal.predicate, args, state);
  }

  /** Whether a rule compares or negates an argument whose values only the database knows. */
  #mustKnowColumns(
    predicate: string,
    args: readonly Resolved[],
    { state, isReached }: { readonly state: State; readonly isReached: boolean },
  ): boolean {
    const demands = this.#question.goals.demands(predicate, args.length);
    if (demands.size === 0) return false;
    const demanded = args.filter((arg, position) => arg.kind === 'column' && demands.has(position));
    if (demanded.length === 0) return false;
    const known = isReached ? [] : (findListed(state, args)?.columns ?? []);
    return !demanded.every((arg) => known.some((column) => column === arg));
  }

  /** Evaluates a call with the very terms of its caller, because a rule compares or negates a column. */
  #callInPlace(predicate: string, args: readonly Resolved[], { state }: Suspended): readonly State[] {
    const { book, goals, bindings, reach } = this.#question;
    const states = [...joinCentral(state, { args, ask: (goal) => goals.facts(predicate, goal) }, this.#terms)];
    for (const binding of bindings) {
      const row = this.#rowOf(binding, predicate, args.length);
      const next = fork(state);
      if (row === undefined || !applyTerms(next, { args, found: row.terms }, this.#terms)) continue;
      next.atoms = [...next.atoms, row.atom];
      next.isLocal = true;
      states.push(next);
    }
    for (const original of book.rulesOf(predicate, args.length)) {
      const inner = fork(state);
      const rule = shiftRule(original, inner.entries.length);
      inner.entries.push(...original.variables.map(({ types }) => ({ kind: 'free' as const, types })));
      if (reach.dependent.has(original)) inner.isLocal = true;
      const isMet = rule.params.every((param, position) => {
        const arg = args[position];
        return arg !== undefined && this.#unify(inner, param, arg);
      });
      if (isMet) states.push(...new SymbolicSolver(this.#question, this.#depth + 1).solveBody(rule, rule.body, inner));
    }
    return states;
  }

  #negate(literal: Extract<Literal, { kind: 'not' }>, at: Suspended): void {
    const { state, frame } = at;
    const known = state.conditions.filter(({ kind }) => kind === 'equal' || kind === 'among');
    const inner: State = { ...fork(state), atoms: [], conditions: known, taken: [] };
    const free = this.#question.book
      .sharedVariables(literal, frame.rule)
      .map((index) => this.#resolve(state, { kind: 'variable', index }))
      .flatMap((root) => (root.kind === 'free' ? root.variable : []));
    const solutions = new SymbolicSolver(this.#question, this.#depth + 1).solveBody(frame.rule, literal.body, inner);
    const states = judgeNegation(state, { free, solutions });
    if (states === undefined) throw unboundedError('negation', frame.rule);
    this.#continue(at, states);
  }

  #tableFor(predicate: string, { goal, positions }: GoalOfCall): SymbolicTable {
    const key = goalKey(predicate, goal);
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const table: SymbolicTable = {
      goal: { predicate, args: goal, positions },
      answers: [],
      known: new KnownAnswers(),
      consumers: [],
      calls: new Set(),
    };
    this.#tables.set(key, table);
    this.#open(table);
    return table;
  }

  #open(table: SymbolicTable): void {
    const { bindings, book, reach } = this.#question;
    const { predicate, args } = table.goal;
    for (const rule of book.rulesOf(predicate, args.length)) {
      const state = openRule(rule, args, this.#terms);
      if (state === undefined) continue;
      state.isLocal = reach.dependent.has(rule);
      if (!state.isLocal && !rule.body.some((literal) => this.#mayAdd(literal, state))) continue;
      const frame: Frame = { rule, table, finish: (done) => this.#answer(table, rule, done) };
      this.#tasks.push({ kind: 'body', frame, pending: rule.body, state });
    }
    const rule = factRule(predicate, args);
    for (const binding of bindings) {
      const row = this.#rowOf(binding, predicate, args.length);
      const state = row && openRule(rule, args, this.#terms);
      if (state === undefined) continue;
      const params = rule.params.map((param) => this.#resolve(state, param));
      if (!applyTerms(state, { args: params, found: row?.terms ?? [] }, this.#terms)) continue;
      state.atoms = row ? [row.atom] : [];
      state.isLocal = true;
      this.#answer(table, rule, state);
    }
  }

  /** A new row of a binding, when it is one of this predicate. */
  #rowOf(
    binding: Binding,
    predicate: string,
    arity: number,
  ): { readonly terms: readonly AnswerTerm[]; readonly atom: Atom } | undefined {
    if (binding.predicate !== predicate || binding.args.length !== arity) return undefined;
    const atom = this.#terms.newAtom(binding);
    const terms = binding.args.map(
      (arg, position): AnswerTerm => (arg.kind === 'value' ? arg : { kind: 'column', atom, position, type: arg.type }),
    );
    return { terms, atom };
  }

  #applyAnswer({ state: caller, terms, table }: Consumer, { terms: found, residual }: Answer): State | undefined {
    const names = new Map(residual.atoms.map((atom) => [atom, this.#terms.newAtom(atom.source)]));
    const renamed = renameAtoms(residual, names);
    const state = fork(caller);
    state.isLocal = true;
    state.atoms = [...state.atoms, ...renamed.atoms];
    state.conditions = [...state.conditions, ...renamed.conditions];
    const rows = countRows(renamed);
    if (rows > 0) state.taken = [...state.taken, { table, rows }];
    const values = found.map((term) => (term.kind === 'column' ? renameColumn(term, names) : term));
    return applyTerms(state, { args: terms, found: values }, this.#terms) ? state : undefined;
  }

  #answer(table: SymbolicTable, rule: Rule, state: State): void {
    if (!state.isLocal) return;
    const found = answerOf(table, rule, state, this.#terms);
    if (found === undefined) return;
    for (const each of growsInRecursion(found) && isRecursive(table) ? spreadLists(found) : [found]) {
      const answer = table.known.takeNew(each);
      if (answer === undefined) continue;
      checkRecursion({ table, rule, state, answer });
      if (++this.#question.answerCount > MAX_ANSWERS) throw tooManyBranches(rule);
      table.answers.push(answer);
    }
    for (const consumer of table.consumers) this.#wake(consumer);
  }

  #resolve(state: State, term: Term | Resolved): Resolved {
    return resolve(state, term, this.#question.goals.now);
  }

  #unify(state: State, left: Term | Resolved, right: Term | Resolved): boolean {
    return this.#terms.unify(state, this.#resolve(state, left), this.#resolve(state, right));
  }
}
