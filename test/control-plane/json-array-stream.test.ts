import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJsonArray } from '../../src/control-plane/json-array-stream.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import { checkJsonText } from '../../src/http/check-json-text.ts';

async function* inPieces(bytes: Uint8Array, ...sizes: number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function read(text: string | Uint8Array, ...sizes: number[]): Promise<unknown[]> {
  const elements: unknown[] = [];
  const chunks = inPieces(Buffer.from(text), ...(sizes.length === 0 ? [64 * 1_024] : sizes));
  for await (const batch of readJsonArray(chunks, (element) => element)) elements.push(...batch);
  return elements;
}

async function refusal(text: string | Uint8Array, ...sizes: number[]): Promise<string> {
  const error = await read(text, ...sizes).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OsoError)) throw new Error(`not refused as expected: ${String(error)}`);
  expect(error.code).toBe('CONTROL_PLANE_MALFORMED');
  return error.message.replace('the answer of the control plane ', '');
}

describe('arrays', () => {
  test('any array comes out as JSON.parse gives it, however the bytes are cut', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
    const arrays = fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(arrays, fc.constantFrom(undefined, 1, '\t'), sizes, async (array, indent, cuts) => {
        const text = JSON.stringify(array, undefined, indent);
        expect(await read(text, ...cuts)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  test('any text that JSON.parse refuses, that is no array, or has a key twice in one object, is refused', async () => {
    const arrays = fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 5 }).map((array) => JSON.stringify(array));
    const mutated = fc
      .tuple(arrays, fc.nat(), fc.nat(2), fc.constantFrom('', ',', ']', '[', '}', '{', '"', '\\', '0', ' ', ':'))
      .map(([text, at, remove, insert]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + insert + text.slice(place + remove);
      });
    await fc.assert(
      fc.asyncProperty(mutated, fc.integer({ min: 1, max: 9 }), async (text, size) => {
        const expected = parseOrUndefined(text);
        if (Array.isArray(expected) && !hasKeyTwice(text)) expect(await read(text, size)).toEqual(expected);
        else await refusal(text, size);
      }),
      { numRuns: 2_000 },
    );
  });

  test('white space around the array and its elements is nothing', async () => {
    expect(await read(' \r\n\t[ \n{"a":1} , {"b":[]}\r\n] \n', 3)).toEqual([{ a: 1 }, { b: [] }]);
    expect(await read('[ \n ]', 1)).toEqual([]);
    expect(await read('[]')).toEqual([]);
  });

  test('brackets, commas and escaped quotes inside strings end nothing', async () => {
    const elements = [{ id: '],}[{"\\' }, { id: '\\\\"' }, { id: 'Grüße 🌲, [x]' }];
    for (let size = 1; size <= 12; size += 1) expect(await read(JSON.stringify(elements), size)).toEqual(elements);
  });
});

describe('what is refused names the byte', () => {
  test.each([
    ['', 'holds no JSON array (byte 0)'],
    ['  ', 'holds no JSON array (byte 2)'],
    ['{"message":"no"}', 'is not a JSON array (byte 0)'],
    [' <html>', 'is not a JSON array (byte 1)'],
    ['\ufeff[]', 'is not a JSON array (byte 0)'],
    ['[{"a":1}', 'ends before the `]` of its array: it was cut short (byte 8)'],
    ['[{"a":1},', 'ends before the `]` of its array: it was cut short (byte 9)'],
    ['[{"a":"x]', 'ends before the `]` of its array: it was cut short (byte 9)'],
    ['[', 'ends before the `]` of its array: it was cut short (byte 1)'],
    ['[1,2]]', 'goes on after the `]` of its array (byte 5)'],
    ['[] []', 'goes on after the `]` of its array (byte 3)'],
    ['[1}', 'closes its array with `}` (byte 2)'],
    ['[1,2,]', 'is not valid JSON (byte 5)'],
    ['[,1]', 'is not valid JSON (byte 1)'],
    ['[1,,2]', 'is not valid JSON (byte 3)'],
    ['[{"a":1},{"a":},{"a":3}]', 'is not valid JSON (byte 9)'],
    ['[{"a":1} {"a":2}]', 'is not valid JSON (byte 1)'],
    ['["a\nb"]', 'is not valid JSON (byte 1)'],
    ['[{"a":1},{"a":2,"a":2}]', 'has a key twice in one object (byte 9)'],
    ['[{"a":{"b":[{"c":1,"\\u0063":2}]}}]', 'has a key twice in one object (byte 1)'],
    ['[{"__proto__":1,"__proto__":2}]', 'has a key twice in one object (byte 1)'],
    [`[${'['.repeat(33)}`, 'nests deeper than 32 levels (byte 33)'],
  ])('%j: %s', async (text, message) => {
    expect(await refusal(text)).toBe(message);
    expect(await refusal(text, 1)).toMatch(/ \(byte \d+\)$/);
  });

  test('a key that stands in several objects, or in a text, is none that stands twice', async () => {
    const elements = [{ a: { a: [{ a: 1 }, { a: 2 }] } }, { a: '"a":1,"a":2', ':': ':', '': '' }];
    for (const size of [1, 3, 1_000]) expect(await read(JSON.stringify(elements), size)).toEqual(elements);
  });

  test('a second array after the first is noticed in a later piece as well', async () => {
    expect(await refusal('[1]   [2]', 4)).toBe('goes on after the `]` of its array (byte 6)');
  });

  test('invalid UTF-8 is refused, never replaced', async () => {
    const broken = Buffer.from('[{"id":"a"},{"id":"\xff"}]', 'latin1');
    expect(await refusal(broken)).toBe('is not valid UTF-8 (byte 1)');
    const surrogate = Buffer.concat([Buffer.from('["'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"]')]);
    expect(await refusal(surrogate, 2)).toMatch(/^is not valid UTF-8 \(byte \d\)$/);
  });

  test('an element of more than a megabyte is refused before it has all arrived', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('[{"id":"');
      for (;;) {
        sent += 50_000;
        yield Buffer.alloc(50_000, 0x61);
      }
    }
    const reading = (async () => {
      for await (const _ of readJsonArray(endless(), (element) => element)) throw new Error('no element is complete');
    })();
    await expect(reading).rejects.toThrow(
      /^the answer of the control plane holds an element of more than 1000000 bytes/,
    );
    expect(sent).toBeLessThan(1_200_000);
  });

  test('an element that its reader refuses is named by number and byte', async () => {
    const parse = (element: unknown) => {
      if (element === 3) throw new OsoError('FACT_INVALID', 'three is not allowed');
      return element;
    };
    const reading = (async () => {
      for await (const _ of readJsonArray(inPieces(Buffer.from('[1, 2, 3, 4]'), 5), parse));
    })();
    await expect(reading).rejects.toThrow('holds a wrong element, number 3: three is not allowed (byte 6)');
  });

  test('other errors of the reader pass as they are', async () => {
    const broken = () => {
      throw new TypeError('a bug');
    };
    const reading = (async () => {
      for await (const _ of readJsonArray(inPieces(Buffer.from('[1]'), 5), broken));
    })();
    await expect(reading).rejects.toThrow(TypeError);
  });
});

function hasKeyTwice(text: string): boolean {
  try {
    checkJsonText(text);
    return false;
  } catch (error) {
    return String(error).includes('twice in one object');
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
