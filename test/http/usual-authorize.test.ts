import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBody } from '../../src/http/parse-body.ts';
import { parseUsualAuthorize } from '../../src/http/wire/usual-authorize.ts';

const QUESTION = {
  actor_type: 'User',
  actor_id: 'alice',
  action: 'read',
  resource_type: 'Repo',
  resource_id: 'ánvil/7 😀',
  context_facts: [],
};
const COMPACT = JSON.stringify(QUESTION);
/** As Python's `json.dumps(ensure_ascii=False)` writes it. */
const SPACED = COMPACT.replaceAll('":', '": ').replaceAll(',"', ', "');

test.each([COMPACT, SPACED])('%s is read as JSON.parse reads it', (text) => {
  expect(parseUsualAuthorize(text)).toStrictEqual(QUESTION);
});

test.each([
  ['an escape', COMPACT.replace('alice', '\\u0061lice')],
  ['a quote in an id', COMPACT.replace('alice', 'al\\"ice')],
  ['a control character', COMPACT.replace('alice', 'al\u0001ice')],
  ['a line end after it', `${COMPACT}\n`],
  ['something before it', ` ${COMPACT}`],
  ['a fact along with it', COMPACT.replace('[]', '[{}]')],
  ['a number', COMPACT.replace('"alice"', '7')],
  ['null', COMPACT.replace('"alice"', 'null')],
  ['another order', '{"actor_id":"alice","actor_type":"User","action":"read"}'],
  ['a key more', COMPACT.replace('}', ',"extra":1}')],
  ['nothing', ''],
])('%s leaves it to the parser of JSON', (_, text) => {
  expect(parseUsualAuthorize(text)).toBeUndefined();
});

test('whatever is read the short way is what the long way reads', () => {
  const id = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '","actor_id":"b', '\\', '"', '\u2028', '}'));
  const piece = fc.constantFrom(
    '"',
    '\\',
    ',',
    '"action":"x",',
    ' ',
    '[',
    ']',
    '{',
    '}',
    '\u0000',
    '\u0085',
    '\ufeff',
    'a',
  );
  let short = 0;
  fc.assert(
    fc.property(id, id, fc.boolean(), fc.array(fc.tuple(fc.nat(200), piece), { maxLength: 2 }), (...given) => {
      const [actor_id, resource_id, isRaw, insertions] = given;
      let text = isRaw
        ? COMPACT.replace('alice', () => actor_id).replace('ánvil/7 😀', () => resource_id)
        : JSON.stringify({ ...QUESTION, actor_id, resource_id });
      for (const [at, what] of insertions) text = `${text.slice(0, at)}${what}${text.slice(at)}`;
      const bytes = Buffer.from(text, 'utf8');
      const usual = parseUsualAuthorize(bytes.toString('utf8'));
      if (usual === undefined) return;
      short += 1;
      expect(usual).toStrictEqual(parseBody(bytes));
    }),
    { numRuns: 3_000 },
  );
  expect(short).toBeGreaterThan(100);
});
