import { OsoError } from '../../../errors/oso-error.ts';
import { checkText } from '../../check-fact.ts';
import { type Fact, MAX_FACT_ARITY } from '../../fact.ts';
import type { Signature } from '../../signature.ts';
import { hashText } from '../hash-id.ts';

/** A signature met so far. Types are numbered in the order of their first appearance. */
export interface NumberedSignature extends Signature {
  readonly number: number;
  readonly typeNumbers: readonly number[];
  /** Of the names, for fingerprints of facts. */
  readonly hash: number;
}

interface Node {
  signature: NumberedSignature | undefined;
  readonly next: Map<string, Node>;
}

/** Numbers signatures and types as facts come in. */
export class SignatureTable {
  readonly signatures: NumberedSignature[] = [];
  readonly typeNames: string[] = [];
  readonly #root: Node = { signature: undefined, next: new Map() };
  /** That of the fact before. */
  #last: NumberedSignature | undefined;
  readonly #typeNumbers = new Map<string, number>();

  /** The signature of a fact. Throws FACT_INVALID when its names are not well formed, or are too many. */
  of(fact: Fact): NumberedSignature {
    if (this.#last === undefined || !isOf(this.#last, fact)) this.#last = this.#find(fact);
    return this.#last;
  }

  #find(fact: Fact): NumberedSignature {
    let node = this.#root.next.get(fact.predicate);
    for (const { type } of fact.args) node = node?.next.get(type);
    return node?.signature ?? this.#add(fact);
  }

  #add(fact: Fact): NumberedSignature {
    const { predicate, args } = fact;
    checkText('predicate', predicate);
    if (args.length > MAX_FACT_ARITY) {
      throw new OsoError(
        'FACT_INVALID',
        `a fact has at most ${MAX_FACT_ARITY} arguments, one of \`${predicate}\` has ${args.length}`,
      );
    }
    const types = args.map(({ type }) => type);
    for (const type of types) checkText('type', type);
    let node = nextNode(this.#root, predicate);
    for (const type of types) node = nextNode(node, type);
    const signature = {
      number: this.signatures.length,
      predicate,
      types,
      typeNumbers: types.map((type) => this.#numberOfType(type)),
      hash: hashSignature({ predicate, types }),
    };
    node.signature = signature;
    this.signatures.push(signature);
    return signature;
  }

  #numberOfType(type: string): number {
    const known = this.#typeNumbers.get(type);
    if (known !== undefined) return known;
    const number = this.typeNames.push(type) - 1;
    this.#typeNumbers.set(type, number);
    return number;
  }
}

/** Whether a fact has a signature. Readers of sorted facts hand on the very same names, so this is quick. */
function isOf({ predicate, types }: Signature, fact: Fact): boolean {
  if (fact.predicate !== predicate || fact.args.length !== types.length) return false;
  for (let column = 0; column < types.length; column++) if (fact.args[column]?.type !== types[column]) return false;
  return true;
}

function hashSignature({ predicate, types }: Signature): number {
  return hashText(JSON.stringify([predicate, ...types]));
}

function nextNode(node: Node, name: string): Node {
  const known = node.next.get(name);
  if (known !== undefined) return known;
  const made: Node = { signature: undefined, next: new Map() };
  node.next.set(name, made);
  return made;
}
