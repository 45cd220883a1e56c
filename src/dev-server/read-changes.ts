import { OsoError } from '../errors/oso-error.ts';
import { readFact, readFactPattern } from '../http/wire/fact.ts';
import { isAbsent, readArray, readBodyRecord, readRecord } from '../http/wire/field.ts';
import type { Change } from './change.ts';

/** Body of POST /batch: `[{"inserts": […]}, {"deletes": […]}]`, in order (api reference, 4.13). Throws REQUEST_INVALID. */
export function readBatch(body: unknown): readonly Change[] {
  return readArray(body, 'body').flatMap((entry, index) => {
    const path = `body[${index}]`;
    const { inserts, deletes } = readRecord(entry, path);
    if (isAbsent(inserts) === isAbsent(deletes)) {
      throw new OsoError('REQUEST_INVALID', `\`${path}\` must have either \`inserts\` or \`deletes\``);
    }
    return isAbsent(inserts) ? readDeletes(deletes, `${path}.deletes`) : readInserts(inserts, `${path}.inserts`);
  });
}

/** Body of POST /bulk: deletes first. Throws REQUEST_INVALID. */
export function readBulk(body: unknown): readonly Change[] {
  const { delete: deletes, tell } = readBodyRecord(body);
  return [
    ...(isAbsent(deletes) ? [] : readDeletes(deletes, 'delete')),
    ...(isAbsent(tell) ? [] : readInserts(tell, 'tell')),
  ];
}

/** An array of facts. Throws REQUEST_INVALID. */
export function readInserts(value: unknown, path = 'body'): readonly Change[] {
  return readArray(value, path).map((fact, index) => readInsert(fact, `${path}[${index}]`));
}

/** An array of facts that may have wildcards. Throws REQUEST_INVALID. */
export function readDeletes(value: unknown, path = 'body'): readonly Change[] {
  return readArray(value, path).map((fact, index) => readDelete(fact, `${path}[${index}]`));
}

export function readInsert(value: unknown, path = 'body'): Change {
  return { kind: 'insert', fact: readFact(value, path) };
}

export function readDelete(value: unknown, path = 'body'): Change {
  return { kind: 'delete', pattern: readFactPattern(value, path) };
}
