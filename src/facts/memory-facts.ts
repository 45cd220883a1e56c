import type { Fact } from './fact.ts';
import type { FactReader, Relation } from './fact-reader.ts';
import { MemoryDictionary } from './memory-dictionary.ts';
import { MemoryRelation } from './memory-relation.ts';
import { compareSignatures } from './signature.ts';

/** The mutable store of the dev-server, of context facts and of tests: plain maps, one process, no disk. */
export interface MemoryFacts extends FactReader {
  /** False when the fact was there already. */
  insert(fact: Fact): boolean;
  /** False when the fact was not there. */
  delete(fact: Fact): boolean;
  has(fact: Fact): boolean;
  /** All facts, by relation; in no promised order within one. */
  facts(): Iterable<Fact>;
}

/** Readers made earlier see later writes; handles stay valid, also those of deleted facts. */
export function createMemoryFacts(facts: Iterable<Fact> = []): MemoryFacts {
  const store = new MemoryFactStore();
  for (const fact of facts) store.insert(fact);
  return store;
}

/** One step of the way from a predicate over its argument types to a relation. */
interface SignatureNode {
  relation: MemoryRelation | undefined;
  readonly next: Map<string, SignatureNode>;
}

class MemoryFactStore implements MemoryFacts {
  readonly dictionary = new MemoryDictionary();
  readonly #signatures: SignatureNode = { relation: undefined, next: new Map() };
  readonly #all: MemoryRelation[] = [];
  /** The relations that have rows; undefined when one may have become empty or stopped being so. */
  #relations: readonly Relation[] | undefined = [];
  #factCount = 0;

  get relations(): readonly Relation[] {
    this.#relations ??= this.#all.filter((relation) => relation.rowCount > 0).sort(compareSignatures);
    return this.#relations;
  }

  get factCount(): number {
    return this.#factCount;
  }

  insert(fact: Fact): boolean {
    const relation = this.#relationFor(fact);
    for (const [column, { type, id }] of fact.args.entries()) relation.tuple[column] = this.dictionary.add(type, id);
    if (!relation.insert()) return false;
    if (relation.rowCount === 1) this.#relations = undefined;
    this.#factCount++;
    return true;
  }

  delete(fact: Fact): boolean {
    const relation = this.#find(fact);
    if (relation === undefined || !relation.delete()) return false;
    if (relation.rowCount === 0) this.#relations = undefined;
    this.#factCount--;
    return true;
  }

  has(fact: Fact): boolean {
    return this.#find(fact)?.has() ?? false;
  }

  *facts(): Iterable<Fact> {
    for (const relation of this.relations) {
      const { predicate, types } = relation;
      const path = relation.access([]);
      for (let at = path.seek(0, 0, 0, 0, 0), end = path.end; at < end; at++) {
        yield { predicate, args: types.map((_, column) => this.dictionary.valueOf(path.get(at, column))) };
      }
    }
  }

  /** The relation with the tuple of the fact filled in, or undefined when the fact cannot be there. */
  #find(fact: Fact): MemoryRelation | undefined {
    let node = this.#signatures.next.get(fact.predicate);
    for (const { type } of fact.args) node = node?.next.get(type);
    const relation = node?.relation;
    if (relation === undefined) return undefined;
    for (const [column, { type, id }] of fact.args.entries()) {
      const handle = this.dictionary.handleOf(type, id);
      if (handle === -1) return undefined;
      relation.tuple[column] = handle;
    }
    return relation;
  }

  #relationFor(fact: Fact): MemoryRelation {
    let node = nextNode(this.#signatures, fact.predicate);
    for (const { type } of fact.args) node = nextNode(node, type);
    if (node.relation === undefined) {
      node.relation = new MemoryRelation(
        fact.predicate,
        fact.args.map(({ type }) => type),
      );
      this.#all.push(node.relation);
    }
    return node.relation;
  }
}

function nextNode(node: SignatureNode, name: string): SignatureNode {
  let next = node.next.get(name);
  if (next === undefined) {
    next = { relation: undefined, next: new Map() };
    node.next.set(name, next);
  }
  return next;
}
