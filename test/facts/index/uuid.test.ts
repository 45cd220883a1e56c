import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packUuid, printUuid, UUID_BYTES, UUID_TEXT_BYTES } from '../../../src/facts/index/uuid.ts';
import { arbitraryUuid, nearUuid } from '../../support/arbitrary-facts.ts';

function packed(text: string): Buffer | undefined {
  const target = Buffer.alloc(UUID_BYTES);
  const bytes = Buffer.from(text);
  return bytes.length === UUID_TEXT_BYTES && packUuid(bytes, 0, target) ? target : undefined;
}

function printed(uuid: Buffer): string {
  const target = Buffer.alloc(UUID_TEXT_BYTES);
  printUuid(uuid, target);
  return target.toString();
}

describe('packUuid', () => {
  test('packs a canonical UUID into the 16 bytes that it stands for, and back', () => {
    expect(packed('00112233-4455-6677-8899-aabbccddeeff')?.toString('hex')).toBe('00112233445566778899aabbccddeeff');
    fc.assert(
      fc.property(arbitraryUuid(), (uuid) => {
        expect(printed(packed(uuid) ?? Buffer.alloc(UUID_BYTES))).toBe(uuid);
      }),
    );
  });

  test('sorts as the texts do', () => {
    fc.assert(
      fc.property(arbitraryUuid(), arbitraryUuid(), (a, b) => {
        const order = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Buffer.compare(packed(a) ?? Buffer.alloc(0), packed(b) ?? Buffer.alloc(0))).toBe(order);
      }),
    );
  });

  test('packs no other text, so that two ids never become one', () => {
    fc.assert(
      fc.property(nearUuid(), (text) => {
        const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
        expect(packed(text) !== undefined).toBe(isUuid);
      }),
    );
  });

  test.each(['/', ':', '@', 'A', 'F', '`', 'g', '\0', ' ', '-'])('takes %j for no digit, wherever it stands', (odd) => {
    const uuid = '01234567-89ab-cdef-0123-456789abcdef';
    for (const [at, character] of [...uuid].entries()) {
      if (character === odd) continue;
      expect(packed(uuid.slice(0, at) + odd + uuid.slice(at + 1)), `at ${at}`).toBeUndefined();
    }
  });
});
