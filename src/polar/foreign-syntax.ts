/*
 * What people bring from the legacy library and from other languages, and what to write instead
 * (polar reference, 1.15 and 10).
 */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['==', 'equality is written with one `=`'],
  ['===', 'equality is written with one `=`'],
  ['!==', 'inequality is written `!=`'],
  [':=', 'there is no assignment: `x = y` makes two terms equal'],
  ['.', 'there is no access by `.`: an attribute is a fact, such as `has_relation(issue, "repository", repository)`'],
  ["'", 'strings are written with double quotes'],
  ['`', 'strings are written with double quotes'],
  ['//', 'comments start with `#`'],
  ['/*', 'comments start with `#`'],
  ['&&', 'write `and`'],
  ['&', 'write `and`'],
  ['||', 'write `or`'],
  ['|', 'write `or`'],
  ['!', 'write `not`'],
  ['AND', 'write `and`'],
  ['OR', 'write `or`'],
  ['NOT', 'write `not`'],
  ['IF', 'write `if`'],
  ['=>', 'a rule is written `head if body;`'],
  ['->', 'a rule is written `head if body;`'],
  ['+', 'there is no arithmetic; a sign stands only before a number'],
  ['-', 'there is no arithmetic; a sign stands only before a number'],
  ['*', 'there is no arithmetic and no rest of a list'],
  ['/', 'there is no arithmetic; comments start with `#`'],
  ['%', 'there is no arithmetic; comments start with `#`'],
  ['mod', 'there is no arithmetic'],
  ['rem', 'there is no arithmetic'],
  ['@', 'a flag is `@` and a name; the only constant is `@current_unix_time`'],
  ['isa', 'write `x matches Type`'],
  ['forall', 'there is no `forall`: write `not (a(x) and not b(x))`'],
  ['cut', 'there is no `cut`: the order of rules has no meaning'],
  ['print', 'there is no `print`'],
  ['debug', 'there is no `debug`'],
  ['new', 'there is no `new`: an object is written `User{"id"}`'],
]);

/** What to write instead of a symbol or word that the language does not have. */
export function foreignHint(text: string): string | undefined {
  return HINTS.get(text);
}
