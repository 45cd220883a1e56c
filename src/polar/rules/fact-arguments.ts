import { Buffer } from 'node:buffer';
import { quote } from '../../errors/quote.ts';
import { MAX_FACT_ARITY, MAX_ID_BYTES } from '../../facts/fact.ts';
import type { TermNode } from '../ast.ts';
import type { Finding, ValidationContext } from '../validation-context.ts';

/**
 * Fact arguments
 *
 * The facts of a setup or fixture are facts as they could be stored: at most five values, none of them a variable
 * (polar reference, 2 and 7.3).
 */
export function factArguments({ nodesOf, report }: ValidationContext): void {
  for (const { name, args, span } of nodesOf('fact')) {
    if (args.length > MAX_FACT_ARITY) {
      report({
        severity: 'error',
        code: 'POLAR_FACT',
        message: `the fact ${quote(name.text)} has ${args.length} arguments, the limit is ${MAX_FACT_ARITY}`,
        span,
        hint: 'split it into facts about one thing each',
      });
    }
    for (const arg of args) {
      const fault = faultOf(arg);
      if (fault) report({ severity: 'error', span: arg.span, ...fault });
    }
  }
}

function faultOf(arg: TermNode): Pick<Finding, 'code' | 'message' | 'hint'> | undefined {
  switch (arg.kind) {
    case 'variable':
      return {
        code: 'POLAR_VARIABLE',
        message: `a fact holds values, not the variable ${quote(arg.name)}`,
        hint: arg.name === '_' ? 'name one value' : `write an object, \`Type{"${arg.name}"}\`, or a string in quotes`,
      };
    case 'now':
      return {
        code: 'POLAR_VARIABLE',
        message: 'a fact cannot hold `@current_unix_time`, which has no fixed value',
        hint: 'write a number of seconds, far in the past or in the future',
      };
    case 'string':
      return faultOfString(arg.value);
    default:
      return undefined;
  }
}

function faultOfString(value: string): Pick<Finding, 'code' | 'message' | 'hint'> | undefined {
  if (value === '')
    return { code: 'POLAR_LITERAL', message: 'a fact cannot hold an empty string', hint: 'name a value' };
  const sizeBytes = Buffer.byteLength(value);
  if (sizeBytes <= MAX_ID_BYTES) return undefined;
  const message = `a string of a fact has ${sizeBytes} bytes, the limit is ${MAX_ID_BYTES}`;
  return { code: 'POLAR_LITERAL', message, hint: 'shorten the string' };
}
