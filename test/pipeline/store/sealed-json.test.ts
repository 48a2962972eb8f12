import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { objectOf, text } from '../../../shared/json-shape.ts';
import { readJson, toJsonBytes, writeJson } from '../../../shared/pipeline/store/json-object.ts';
import { sealedBytes, sealOf } from '../../../shared/pipeline/store/sealed-json.ts';

const KEY = 'ledger/_tables/contracts.json';
const shape = objectOf<{ layout: string }>({ layout: text });

describe('a document with a seal', () => {
  it('is read without it, and written with another', async () => {
    const store = new MemoryObjectStore();
    await writeJson(store, KEY, { layout: 'contracts' });
    const read = await readJson(store, KEY, shape);
    expect(read).toEqual({ layout: 'contracts' });
    expect(Buffer.from(store.bytesOf(KEY)).toString()).toMatch(
      /^\{"layout":"contracts","seal":"[^"]{12}"\}\n$/,
    );
  });

  it('shows every bit that changed, wherever it is', () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 });
    fc.assert(
      fc.property(value, fc.nat(), fc.boolean(), (document, bit, forPeople) => {
        const bytes = sealedBytes(KEY, document, forPeople ? 1 : undefined);
        expect(sealOf(KEY, bytes)).toBe('whole');
        const at = bit % (bytes.length * 8);
        bytes[at >> 3]! ^= 1 << (at & 7);
        // The newline at the very end: no JSON ends with any other byte that one bit makes of it.
        const isJson = () => JSON.parse(Buffer.from(bytes).toString());
        if (sealOf(KEY, bytes) !== 'broken') expect(isJson).toThrow();
      }),
    );
  });

  it('shows every bit of its seal that changed', () => {
    const bytes = sealedBytes(KEY, { n: 1 });
    for (let bit = (bytes.length - 24) * 8; bit < bytes.length * 8; bit++) {
      const changed = Uint8Array.from(bytes, (byte, at) =>
        at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
      );
      expect(sealOf(KEY, changed), `bit ${bit}`).toBe('broken');
    }
  });

  it('is still known if three bytes of its form changed, and taken for none if four did', () => {
    // `,"seal":"` and `"}` with the newline.
    const form = [0, 1, 2, 3, 4, 5, 6, 7, 8, 21, 22, 23];
    for (const first of form.keys()) {
      const bytes = sealedBytes(KEY, { n: 1 });
      const change = (index: number) => {
        bytes[bytes.length - 24 + form[(first + index) % form.length]!] = 0x20;
      };
      for (const index of [0, 1, 2]) change(index);
      expect(sealOf(KEY, bytes)).toBe('broken');
      change(3);
      expect(sealOf(KEY, bytes)).toBe('unsealed');
    }
  });

  it('is not seen in a document that is shorter than a seal', () => {
    for (const text of ['{"n":1}\n', '{}\n', '', '{"nnnnnnnnnnnnnnnn":1}\n']) {
      const bytes = Buffer.from(text);
      expect(sealOf(KEY, bytes)).toBe('unsealed');
    }
  });

  it('is not taken for another of the same form, except for an earlier version of an entry', () => {
    const entry = 'ledger/contracts/year=2025/month=08/day=12/f-1a2b3c4d.json';
    const bytes = sealedBytes(entry, { revision: 3 });
    expect(sealOf(entry.replace('f-', 'g-'), bytes)).toBe('broken');
    expect(sealOf('ledger/contracts/year=2025/month=08/day=12/_history/f-1a2b3c4d/3.json', bytes)).toBe(
      'whole',
    );
  });

  it('stops whoever reads it, with its key and no content', async () => {
    const store = new MemoryObjectStore();
    const bytes = sealedBytes(KEY, { layout: 'contracts' });
    bytes[12]! ^= 1;
    await store.put(KEY, bytes);
    const failure = await readJson(store, KEY, shape).catch((error: Error) => error);
    expect(failure).toMatchObject({ name: 'ObjectDamaged', where: KEY });
    expect(String(failure)).not.toContain('contracts"');
  });

  it('may be missing: earlier versions wrote none', async () => {
    const store = new MemoryObjectStore();
    await store.put(KEY, toJsonBytes({ layout: 'contracts' }));
    expect(await readJson(store, KEY, shape)).toEqual({ layout: 'contracts' });
  });
});
