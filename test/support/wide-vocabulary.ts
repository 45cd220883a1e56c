import { STRANGER } from './least-model.ts';

/* What wide worlds are made of. */

export interface Predicate {
  readonly name: string;
  readonly types: readonly string[];
}

/** Concrete types by what a variable may be declared as. */
export const FAMILIES: ReadonlyMap<string, readonly string[]> = new Map([
  ['User', ['User', 'Bot']],
  ['Bot', ['Bot']],
  ['Group', ['Group']],
  ['Thing', ['Thing', 'Doc', 'Sheet']],
  ['Doc', ['Doc', 'Sheet']],
  ['Sheet', ['Sheet']],
  ['Tagged', ['Tagged', 'Doc', 'Sheet', 'Agent']],
  ['Agent', ['Agent']],
  ['Ghost', ['Ghost']],
  ['Actor', ['User', 'Bot', 'Group', 'Agent']],
  ['Resource', ['User', 'Bot', 'Group', 'Thing', 'Doc', 'Sheet', 'Tagged', 'Agent']],
  ['String', ['String']],
  ['Integer', ['Integer']],
  ['Boolean', ['Boolean']],
]);

/** Without rules, so that what stands in them has a value. */
export const STORED: readonly Predicate[] = [
  { name: 'linked', types: ['Thing', 'Thing'] },
  { name: 'limit', types: ['User', 'Integer'] },
  { name: 'flag', types: ['Thing', 'Boolean'] },
  { name: 'label', types: ['Tagged', 'String'] },
  { name: 'member', types: ['User', 'Group'] },
  { name: 'haunts', types: ['Ghost', 'Thing'] },
  { name: 'wide', types: ['User', 'String', 'Integer', 'Thing', 'Boolean'] },
  { name: 'sealed', types: [] },
];
export const ROLE: Predicate = { name: 'has_role', types: ['User', 'String', 'Thing'] };
export const PERMISSION: Predicate = { name: 'has_permission', types: ['User', 'String', 'Thing'] };
export const GLOBAL: readonly Predicate[] = [
  { name: 'has_role', types: ['User', 'String'] },
  { name: 'has_permission', types: ['User', 'String'] },
];
export const RELATION: Predicate = { name: 'has_relation', types: ['Thing', 'String', 'Thing'] };

export const GROUP_ROLE: Predicate = { name: 'has_role', types: ['User', 'String', 'Group'] };
export const GROUP_RELATION: Predicate = { name: 'has_relation', types: ['Group', 'String', 'Group'] };
export const DERIVED_TYPES = [
  'User',
  'Bot',
  'Thing',
  'Doc',
  'Sheet',
  'Tagged',
  'String',
  'Boolean',
  'Ghost',
  'Resource',
];

export const GROUP =
  'actor Group { roles = ["viewer"]; relations = { owner: User, parent: Group }; "viewer" if "owner"; role if role on "parent"; }';
/** An actor that is a resource of another kind too. */
export const AGENT =
  'actor Agent extends Tagged { roles = ["viewer"]; permissions = ["read"]; relations = { parent: Thing, owner: User }; "viewer" if "owner"; role if role on "parent"; permission if permission on "parent"; }';
/** Rules of a block about any role or permission. */
export const ANY_NAME = [
  'role if role on "parent";',
  'role if role on "parent" and has_role(actor, role) or "owner" and has_role(actor, role, resource);',
  'permission if role on "parent" and is_open(resource, permission);',
  'permission if "owner";',
];
export const GLOBAL_RULES = [
  '"read" if "staff";',
  'role if limit(actor, _) and has_permission(actor, role);',
  'permission if has_role(actor, permission) and flag(_, true);',
];
export const NAMES = ['viewer', 'editor', 'read', 'write', 'parent', 'owner', 'staff'];
export const INTEGERS = ['-1', '0', '7', '999', '1000', '9007199254740993', '-9223372036854775808'];
/** Of a value that nothing mentions. */
export const STRANGE_ID = `${STRANGER}1`;
export const ROLES = ['viewer', 'editor'];
export const PERMISSIONS = ['read', 'write'];

/** Whether some value is of both types. */
export function overlap(a: string, b: string): boolean {
  const types = FAMILIES.get(b) ?? [b];
  return (FAMILIES.get(a) ?? [a]).some((type) => types.includes(type));
}
