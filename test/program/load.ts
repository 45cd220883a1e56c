import { renderMessage } from '../../src/errors/oso-error.ts';
import { loadPolicy } from '../../src/program/load-policy.ts';
import type { Program } from '../../src/program/program.ts';

/** The program of a policy that must be valid. */
export function programOf(text: string): Program {
  const loaded = loadPolicy([{ name: 'policy.polar', text }]);
  if (!loaded.ok) throw new Error(loaded.errors.map(renderMessage).join('\n'));
  return loaded.program;
}
