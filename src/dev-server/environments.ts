import { randomBytes } from 'node:crypto';
import type { DataSource } from '../engine/serving.ts';
import type { Clock } from '../util/clock.ts';
import { Environment, type SavedPolicy } from './environment.ts';

/** The key of the first environment, the same everywhere and no secret (api reference, 9). */
export const DEV_TOKEN = 'e_0123456789_12345_osotesttoken01xiIn';

/** One environment a key; the first has the fixed key. */
export interface Environments extends DataSource {
  readonly main: Environment;
  has(key: string): boolean;
  /** Throws a plain Error for a key that was not accepted: authentication comes first. */
  of(key: string): Environment;
  /** A new environment that nobody else knows, and its key. */
  open(kind: 'copy' | 'empty'): string;
}

export function createEnvironments(main: Environment, options: { clock: Clock; noPolicy: SavedPolicy }): Environments {
  const byKey = new Map([[DEV_TOKEN, main]]);
  const of = (key: string): Environment => {
    const environment = byKey.get(key);
    if (environment === undefined) throw new Error('no environment for an accepted key');
    return environment;
  };
  return {
    main,
    notReadyReason: '',
    has: (key) => byKey.has(key),
    of,
    acquire: (key) => of(key).pin(),
    open(kind) {
      const name = `test${byKey.size}`;
      const key = `e_0123456789_${name}_${randomBytes(12).toString('hex')}`;
      const { clock, noPolicy } = options;
      byKey.set(key, kind === 'copy' ? main.copy(name) : new Environment({ name, clock, policy: noPolicy }));
      return key;
    },
  };
}
