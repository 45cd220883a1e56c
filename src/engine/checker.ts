import { PRIMITIVE_TYPES } from '../program/type-table.ts';
import type { Catalog } from './catalog.ts';
import { CheckMachine, type CheckPlan, HOLDS, REGISTER, UNKNOWN } from './check-machine.ts';
import { type Argument, CheckCompiler } from './compile-check.ts';
import type { Predicate } from './compiled-rule.ts';
import type { AuthorizeQuestion, PlannedArgument, PlannedGoal, RequestContext } from './engine.ts';

/** Most steps for one question; what needs more is better off with the tables of the solver. */
const MAX_STEPS = 2000;
/** Stands for every action that the policy does not name. */
const UNNAMED = Symbol('unnamed');

/**
 * Answers `allow(actor, action, resource)` fast and without allocating, or gives up. It knows stored facts only, so
 * questions with context facts are not for it.
 */
export class Checker {
  readonly #catalog: Catalog;
  readonly #machine = new CheckMachine();
  readonly #compiler: CheckCompiler;
  readonly #allow: Predicate | undefined;
  /** By actor type, resource type and action; all actions that the policy does not name share one plan. */
  readonly #plans = new Map<string, Map<string, Map<string | typeof UNNAMED, CheckPlan>>>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    this.#compiler = new CheckCompiler(catalog, this.#machine);
    this.#allow = catalog.find('allow', 3);
  }

  /** Undefined: the solver must answer. */
  authorize({ actor, action, resource }: AuthorizeQuestion, request: RequestContext): boolean | undefined {
    const plan = this.#planFor(actor.type, resource.type, action);
    if (plan === undefined) return undefined;
    const { registers } = this.#machine;
    const isSame = actor.id === resource.id && actor.type === resource.type;
    const first = this.#handleOf(actor.type, actor.id, 0);
    const last = isSame ? first : this.#handleOf(resource.type, resource.id, 2);
    if (first < 0 || last < 0) return undefined;
    registers[0] = first;
    if (plan.arity === 3) registers[1] = this.#handleOf('String', action, 1);
    registers[plan.arity - 1] = last;
    this.#machine.begin(Math.min(MAX_STEPS, request.budget.maxSteps), request);
    const outcome = this.#machine.run(plan, 0);
    return outcome === UNKNOWN ? undefined : outcome === HOLDS;
  }

  /**
   * Objects that nothing mentions get handles above all others, one for each place of the question. -1 for unmentioned
   * primitives, which may be compared with each other.
   */
  #handleOf(type: string, id: string, place: number): number {
    const handle = this.#catalog.handleOf(type, id);
    if (handle >= 0) return handle;
    return PRIMITIVE_TYPES.has(type) && place !== 1 ? -1 : this.#catalog.valuesEnd + place;
  }

  #planFor(actorType: string, resourceType: string, action: string): CheckPlan | undefined {
    const byAction = this.#plans.get(actorType)?.get(resourceType);
    const known = byAction?.get(action);
    if (known !== undefined) return known;
    const key = this.#catalog.names.has(action) ? action : UNNAMED;
    return byAction?.get(key) ?? this.#makePlan(actorType, resourceType, key);
  }

  /** See `Engine.planned`. */
  planned(): readonly PlannedGoal[] {
    const { types } = this.#catalog;
    const named = (arg: Argument): PlannedArgument =>
      'value' in arg ? this.#catalog.valueOf(arg.value) : { type: types.nameOf(arg.type) as string, id: null };
    return this.#compiler.planned.map(({ predicate, args, isNegated }) => ({
      predicate: predicate.name,
      args: args.map(named),
      isNegated,
    }));
  }

  /** See `Engine.plan`. */
  plan({ predicate: name, args: named, isNegated }: PlannedGoal): void {
    const predicate = this.#catalog.find(name, named.length);
    const args = named.map((arg) => this.#argument(arg));
    if (predicate === undefined || !args.every((arg) => arg !== undefined) || !this.#hasRoom()) return;
    this.#compiler.compile({ predicate, args, isNegated });
  }

  #argument({ type, id }: PlannedArgument): Argument | undefined {
    const number = id === null ? this.#catalog.types.typeOf(type) : this.#catalog.handleOf(type, id);
    if (number < 0) return undefined;
    return id === null ? { type: number } : { value: number };
  }

  /** Handles of facts, policy and question must stay below the mark for registers. */
  #hasRoom(): boolean {
    return this.#catalog.valuesEnd + 3 < REGISTER;
  }

  /** Undefined for types that neither policy nor facts name, so that questions cannot fill the memory with plans. */
  #makePlan(actorType: string, resourceType: string, action: string | typeof UNNAMED): CheckPlan | undefined {
    const { types } = this.#catalog;
    const actor = types.typeOf(actorType);
    const resource = types.typeOf(resourceType);
    if (this.#allow === undefined || actor < 0 || resource < 0 || !this.#hasRoom()) return undefined;
    const plan = this.#compiler.compile({
      predicate: this.#allow,
      args: [
        { type: actor },
        action === UNNAMED ? { type: types.typeOf('String') } : { value: this.#catalog.handleOf('String', action) },
        { type: resource },
      ],
      isNegated: false,
    });
    const byResource = this.#plans.get(actorType) ?? new Map<string, Map<string | typeof UNNAMED, CheckPlan>>();
    const byAction = byResource.get(resourceType) ?? new Map<string | typeof UNNAMED, CheckPlan>();
    byAction.set(action, plan);
    byResource.set(resourceType, byAction);
    this.#plans.set(actorType, byResource);
    return plan;
  }
}
