import { assertionVariables } from './rules/assertion-variables.ts';
import { blockNames } from './rules/block-names.ts';
import { declarationShapes } from './rules/declaration-shapes.ts';
import { emptyStrings } from './rules/empty-strings.ts';
import { factArguments } from './rules/fact-arguments.ts';
import { iffConditions } from './rules/iff-conditions.ts';
import { ignoredForms } from './rules/ignored-forms.ts';
import { integerComparisons } from './rules/integer-comparisons.ts';
import { knownFixtures } from './rules/known-fixtures.ts';
import { knownParents } from './rules/known-parents.ts';
import { knownTypes } from './rules/known-types.ts';
import { mixedConnectives } from './rules/mixed-connectives.ts';
import { numberLiterals } from './rules/number-literals.ts';
import { objectLiterals } from './rules/object-literals.ts';
import { oneGlobalBlock } from './rules/one-global-block.ts';
import { relationTypes } from './rules/relation-types.ts';
import { shorthandBodies } from './rules/shorthand-bodies.ts';
import { shorthandHeads } from './rules/shorthand-heads.ts';
import { singletonVariables } from './rules/singleton-variables.ts';
import { testShapes } from './rules/test-shapes.ts';
import { uniqueDeclarations } from './rules/unique-declarations.ts';
import type { ValidationContext } from './validation-context.ts';

/** Reports what one law of the language finds wrong. */
export type ValidationRule = (context: ValidationContext) => void;

/** Every rule that looks at the tree alone, each the function of its file in `rules/` (polar reference, 9). */
export const SPECIFIED_RULES: readonly ValidationRule[] = [
  blockNames,
  oneGlobalBlock,
  knownParents,
  declarationShapes,
  uniqueDeclarations,
  relationTypes,
  shorthandHeads,
  shorthandBodies,
  objectLiterals,
  numberLiterals,
  emptyStrings,
  integerComparisons,
  knownTypes,
  knownFixtures,
  factArguments,
  assertionVariables,
  iffConditions,
  singletonVariables,
  mixedConnectives,
  ignoredForms,
  testShapes,
];
