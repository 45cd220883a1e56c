import type { FactReader } from '../facts/fact-reader.ts';
import type { Program } from '../program/program.ts';
import { actions } from './actions.ts';
import { authorize } from './authorize.ts';
import { authorizeResources } from './authorize-resources.ts';
import { Catalog } from './catalog.ts';
import { Checker } from './checker.ts';
import type { Engine, RequestContext } from './engine.ts';
import { evaluateQuery } from './evaluate-query.ts';
import { list } from './list.ts';
import { openGoals } from './open-goals.ts';
import { query } from './query.ts';
import { RequestState } from './request-state.ts';

/**
 * An engine over one program and one set of facts, which must not change while it is in use. Cheap to make: the
 * cost is one look at each rule and relation, and rules are compiled when a question first needs them.
 */
export function createEngine(program: Program, facts: FactReader): Engine {
  const catalog = new Catalog(program, facts);
  const begin = (context: RequestContext) => new RequestState(catalog, context);
  const checker = new Checker(catalog);
  const deciders = { checker, begin };
  return {
    authorize: (question, context) => authorize(question, context, deciders),
    list: (question, context) => list(question, begin(context)),
    actions: (question, context) => actions(question, begin(context)),
    authorizeResources: (question, context) => authorizeResources(question, context, deciders),
    query: (pattern, context) => query(pattern, begin(context)),
    evaluateQuery: (conjunction, context) => evaluateQuery(conjunction, begin(context)),
    goals: (context) => openGoals(catalog, context),
    planned: () => checker.planned(),
    plan: (goal) => checker.plan(goal),
  };
}
