import { describe, expect, test } from 'vitest';
import { prepareSnapshot } from '../../src/snapshot/encode-snapshot.ts';
import { FaultFound } from '../../src/snapshot/fault.ts';
import { parseManifest, takenAtMsOf } from '../../src/snapshot/parse-manifest.ts';
import { contentOf, FACTS, TAKEN_AT_MS } from './support/sample-snapshot.ts';

const { manifest, manifestBytes } = prepareSnapshot(contentOf(FACTS));
const good = manifestBytes.toString();

function faultOf(bytes: Buffer | string) {
  try {
    parseManifest(Buffer.from(bytes));
    return undefined;
  } catch (error) {
    if (error instanceof FaultFound) return error.fault;
    throw error;
  }
}

test('a manifest comes back as it was printed', () => {
  expect(parseManifest(manifestBytes)).toEqual(manifest);
  expect(takenAtMsOf(manifest)).toBe(TAKEN_AT_MS);
});

test('a newer format is told apart from damage', () => {
  expect(
    faultOf(good.replace('"formatVersion": 1', '"formatVersion": 2').replace('"tenant"', '"organization"')),
  ).toEqual({
    kind: 'newer-format',
    message: 'it has format version 2; this program reads up to version 1',
  });
});

describe('a manifest is refused', () => {
  const form = 'it has unknown or doubled keys, or is not written as the format prescribes';
  const edit = (from: string | RegExp, to: string) => {
    const edited = good.replace(from, to);
    if (edited === good) throw new Error(`nothing to replace: ${from}`);
    return edited;
  };
  const cases: [string, Buffer | string, string][] = [
    ['that is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'it is not UTF-8'],
    ['that is not JSON', '{', 'it is not JSON'],
    ['with a byte order mark', `\ufeff${good}`, 'it is not JSON'],
    ['that is an array', '[]', 'it is not a JSON object'],
    ['that is null', 'null', 'it is not a JSON object'],
    ['that is nested a million times', '['.repeat(1_000_000), 'it is nested too deeply'],
    ['that ends within a text of escaped quotes', `{"${'\\"'.repeat(1_000_000)}`, 'it is not JSON'],
    ['of version 0', edit('"formatVersion": 1', '"formatVersion": 0'), '`formatVersion` is not 1'],
    [
      'of version `1`',
      edit('"formatVersion": 1', '"formatVersion": "1"'),
      '`formatVersion` is not a whole number from 0 to 9007199254740991',
    ],
    ['without a tenant', edit(/ {2}"tenant".*\n/, ''), '`tenant` is missing'],
    ['with a tenant that is a number', edit('"tenant": "acme"', '"tenant": 7'), '`tenant` is not a line of text'],
    ['with an empty environment', edit('"0123456789"', '""'), '`environment` is not a line of text'],
    ['with a control character', edit('"acme"', '"ac\\u001bme"'), '`tenant` is not a line of text'],
    ['with a key that nobody knows', edit('"tenant"', '"more": 1,\n  "tenant"'), form],
    ['with the key `__proto__`', edit('"tenant"', '"__proto__": {},\n  "tenant"'), form],
    ['with a key twice', edit('"tenant"', '"tenant": "other",\n  "tenant"'), form],
    ['with other spacing', edit('  "tenant"', ' "tenant"'), form],
    ['with other line breaks', edit(/\n/, '\r\n'), form],
    ['with something after it', `${good}\n`, form],
    [
      'with a time of another form',
      edit('08:00:00Z', '08:00:00.000Z'),
      '`takenAt` is not a time such as `2026-01-31T08:00:00Z`',
    ],
    [
      'with a time that does not exist',
      edit('2026-01-31', '2026-02-31'),
      '`takenAt` is not a time such as `2026-01-31T08:00:00Z`',
    ],
    [
      'with a time before 1970',
      edit('2026-01-31', '1969-01-31'),
      '`takenAt` is not a time such as `2026-01-31T08:00:00Z`',
    ],
    [
      'with a digest in capitals',
      edit(/"sha256": "[0-9a-f]{64}"/, `"sha256": "${'A'.repeat(64)}"`),
      '`sha256` is not 64 lower-case hex digits',
    ],
    [
      'with a digest that does not fit',
      edit(/"sha256": "[0-9a-f]{64}"/, `"sha256": "${'a'.repeat(64)}"`),
      '`contentDigest` does not follow from the digests of its members',
    ],
    [
      'with a negative size',
      edit(/"sizeBytes": \d+/, '"sizeBytes": -1'),
      '`sizeBytes` is not a whole number from 0 to 16777216',
    ],
    [
      'with minus zero',
      edit(/"sizeBytes": \d+/, '"sizeBytes": -0'),
      '`sizeBytes` is not a whole number from 0 to 16777216',
    ],
    [
      'with a broken size',
      edit(/"sizeBytes": \d+/, '"sizeBytes": 1.5'),
      '`sizeBytes` is not a whole number from 0 to 16777216',
    ],
    [
      'with a huge policy',
      edit(/"sizeBytes": \d+/, '"sizeBytes": 16777217'),
      '`sizeBytes` is not a whole number from 0 to 16777216',
    ],
    [
      'with a size of facts beyond tar',
      edit('"sizeBytes": 203', '"sizeBytes": 8589934592'),
      '`sizeBytes` is not a whole number from 0 to 8589934591',
    ],
    ['with a policy that is a list', edit(/"policy": \{[^}]*\}/, '"policy": []'), '`policy` is not an object'],
    [
      'with counts that do not add up',
      edit('"count": 3', '"count": 4'),
      '`countBySignature` adds up to 3 facts, not 4',
    ],
    [
      'with a count of zero',
      edit('Organization)": 3', 'Organization)": 0'),
      '`countBySignature` has a value that is not a count',
    ],
    [
      'with a key that is no signature',
      edit('"has_role(User,String,Organization)"', '"has_role"'),
      '`countBySignature` has a key that is not a signature',
    ],
    [
      'with a key of nothing but parentheses',
      edit('"has_role(User,String,Organization)"', `"${'('.repeat(1_000_000)}"`),
      '`countBySignature` has a key that is not a signature',
    ],
  ];
  test.each(cases)('%s', (_name, bytes, why) => {
    expect(faultOf(bytes)).toEqual({ kind: 'manifest', message: `its manifest is wrong: ${why}` });
  });
});
