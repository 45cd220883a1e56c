/**
 * Typed variables in goals and answers, as negative integers: which types, its number among the variables of the
 * goal or answer (from 0, in order of first appearance), and for goals whether the question asks for its values.
 */
export class Wildcards {
  readonly #types: number[] = [];
  readonly #numbers: number[] = [];
  readonly #outputs: boolean[] = [];
  readonly #codes = new Map<number, number>();

  code(types: number, number: number, isOutput: boolean): number {
    const key = (number * 2 + (isOutput ? 1 : 0)) * 2 ** 26 + types;
    let code = this.#codes.get(key);
    if (code === undefined) {
      this.#numbers.push(number);
      this.#outputs.push(isOutput);
      code = -this.#types.push(types);
      this.#codes.set(key, code);
    }
    return code;
  }

  typesOf(code: number): number {
    return this.#types[-1 - code] as number;
  }

  numberOf(code: number): number {
    return this.#numbers[-1 - code] as number;
  }

  isOutput(code: number): boolean {
    return this.#outputs[-1 - code] as boolean;
  }
}
