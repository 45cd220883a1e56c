import { quote } from '../../errors/quote.ts';
import { didYouMean } from '../../util/did-you-mean.ts';
import type { BlockNode, DeclarationNode } from '../ast.ts';
import type { Finding, ValidationContext } from '../validation-context.ts';

const KEYS = ['roles', 'permissions', 'relations'];

/**
 * Declaration shapes
 *
 * A block declares `roles` and `permissions` as lists of strings and `relations` as a dictionary from names to types,
 * each at most once; `global` has no relations (polar reference, 3.2).
 */
export function declarationShapes({ nodesOf, report }: ValidationContext): void {
  for (const block of nodesOf('block')) {
    const seen = new Set<string>();
    for (const declaration of block.declarations) {
      for (const fault of [...faultsOfKey(block, declaration, seen), ...faultsOfValue(declaration)]) {
        report({ severity: 'error', code: 'POLAR_DECLARATION', ...fault });
      }
      seen.add(declaration.key.text);
    }
  }
}

type Fault = Omit<Finding, 'severity' | 'code'>;

function* faultsOfKey(block: BlockNode, { key }: DeclarationNode, seen: ReadonlySet<string>): Iterable<Fault> {
  if (!KEYS.includes(key.text)) yield unknownKey(key);
  else if (seen.has(key.text)) {
    yield {
      message: `${quote(key.text)} is declared twice in the block ${quote(block.name.text)}`,
      span: key.span,
      hint: 'join the two declarations',
    };
  } else if (block.container === 'global' && key.text === 'relations') {
    yield {
      message: 'the `global` block has no relations',
      span: key.span,
      hint: 'it declares only `roles` and `permissions`',
    };
  }
}

function unknownKey({ text, span }: DeclarationNode['key']): Fault {
  const name = didYouMean(text, KEYS);
  return {
    message: `a block does not declare ${quote(text)}`,
    span,
    hint: name ? `did you mean \`${name}\`?` : 'a block declares `roles`, `permissions` and `relations`',
  };
}

function* faultsOfValue({ key, value }: DeclarationNode): Iterable<Fault> {
  if (!KEYS.includes(key.text)) return;
  if (key.text === 'relations') yield* faultsOfRelations(value);
  else if (value.kind === 'dictionary') {
    const hint = `write \`${key.text} = ["a", "b"];\``;
    yield { message: `\`${key.text}\` is a list of strings, not a dictionary`, span: value.span, hint };
  } else {
    for (const item of value.items) {
      if (item.kind === 'string') continue;
      yield {
        message: `\`${key.text}\` is a list of strings only`,
        span: item.span,
        hint: 'put the name in double quotes',
      };
    }
  }
}

function* faultsOfRelations(value: DeclarationNode['value']): Iterable<Fault> {
  if (value.kind === 'list') {
    const hint = 'write `relations = { name: Type };`';
    yield { message: '`relations` is a dictionary from names to types, not a list', span: value.span, hint };
    return;
  }
  for (const { name, type, span } of value.fields) {
    if (type) continue;
    yield { message: `the relation ${quote(name.text)} has no type`, span, hint: `write \`${name.text}: Type\`` };
  }
}
