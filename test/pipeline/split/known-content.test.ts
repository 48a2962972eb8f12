import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { CompressedDataBad } from '../../../shared/compression/bit-reader.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { rolledBackRefusal } from '../../../shared/pipeline/split/claim-file.ts';
import { contentIfUnsure, keyTaken } from '../../../shared/pipeline/split/key-owner.ts';
import { probeFile, type ReadableFile } from '../../../shared/pipeline/split/probe-file.ts';
import { writeJson } from '../../../shared/pipeline/store/json-object.ts';
import { isRefusal } from '../../../shared/refusal.ts';
import type { LedgerEntry } from '../../../shared/run/ledger-entry.ts';
import { sampleEntry } from '../../support/sample-entry.ts';
import { checksumOf, smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';

const KEY = 'a.txt';
const BYTES = smallFile(smallLine('A1', 1));
const CONTENT = { sizeBytes: BYTES.length, checksum: checksumOf(BYTES) };
const LEDGER_KEY = 'ledger/small/a.json';
const layout = readLayout(smallLayout(), 'small.json');

/** What a ledger knows of a file, and what arrives: all that decides whether its bytes must be summed up. */
const situations = fc.record({
  force: fc.boolean(),
  hasEntry: fc.boolean(),
  from: fc.constantFrom(undefined, '/in/a.txt', '/done/a.txt'),
  known: fc.constantFrom(undefined, '/in/a.txt'),
  version: fc.constantFrom('v1', 'v2', 'v3'),
  loadedSize: fc.constantFrom(undefined, BYTES.length, BYTES.length + 1),
  taken: fc.array(
    fc.record({
      version: fc.constantFrom('v2', 'v3', 'v4'),
      sizeBytes: fc.constantFrom(BYTES.length, BYTES.length + 1),
    }),
    { maxLength: 2 },
  ),
});

function entryOf({
  known,
  loadedSize,
  taken,
}: Pick<Situation, 'known' | 'loadedSize' | 'taken'>): LedgerEntry {
  const { loaded, ...entry } = sampleEntry('a', loadedSize === undefined ? {} : { inputBytes: loadedSize });
  return {
    ...entry,
    sourceKey: KEY,
    origin: known,
    ...(loadedSize === undefined ? { state: 'failed' } : { loaded }),
    rolledBack: taken.map((one) => ({ ...one, runId: 'r', at: '2025-08-13', reason: 'wrong' }) as TakenBack),
  };
}

type Situation = typeof situations extends fc.Arbitrary<infer T> ? T : never;
type TakenBack = NonNullable<LedgerEntry['rolledBack']>[number];

describe('the bytes of a file that may be known', () => {
  it('are summed up if a local file is elsewhere, or its version is new, and somebody knew a file of its size', async () => {
    await fc.assert(
      fc.asyncProperty(situations, async (now) => {
        const lake = new MemoryObjectStore();
        const raw = new MemoryObjectStore();
        raw.replace(KEY, BYTES);
        if (now.hasEntry) await writeJson(lake, LEDGER_KEY, entryOf(now));
        const source = {
          ...(await raw.head(KEY))!,
          version: now.version,
          ...(now.from !== undefined && { origin: now.from }),
        };
        const { file } = await probeFile(raw, source, layout);
        const found = await contentIfUnsure(
          { lake },
          LEDGER_KEY,
          { request: { force: now.force }, source },
          file,
        );
        const isMoved = now.known !== undefined && now.known !== now.from;
        const isKnown =
          (now.loadedSize !== undefined && now.version === 'v1') ||
          now.taken.some(({ version }) => version === now.version);
        const sizes = isMoved
          ? [now.loadedSize]
          : [now.loadedSize, ...now.taken.map(({ sizeBytes }) => sizeBytes)];
        const isUnsure =
          !now.force &&
          now.hasEntry &&
          now.from !== undefined &&
          sizes.includes(BYTES.length) &&
          (isMoved || !isKnown);
        expect(found).toEqual(isUnsure ? CONTENT : undefined);
      }),
      { numRuns: 400 },
    );
  });
});

it('bytes that turn out to be damaged are those of another file', async () => {
  const [lake, raw] = [new MemoryObjectStore(), new MemoryObjectStore()];
  raw.replace(KEY, BYTES);
  await writeJson(lake, LEDGER_KEY, entryOf({ known: '/in/a.txt', loadedSize: BYTES.length, taken: [] }));
  const source = { ...(await raw.head(KEY))!, origin: '/in/a.txt' };
  const { file } = await probeFile(raw, source, layout);
  if (isRefusal(file)) throw new Error(file.message);
  const contentOf = (of: ReadableFile) => contentIfUnsure({ lake }, LEDGER_KEY, { request: {}, source }, of);
  expect(await contentOf(file)).toEqual(CONTENT);
  const damaged = {
    readRange: raw.readRange.bind(raw),
    async *streamRange() {
      yield BYTES;
      throw new CompressedDataBad('a block is damaged');
    },
  };
  expect(await contentOf({ ...file, raw: damaged })).toBeUndefined();
});

describe('a key', () => {
  const places = fc.constantFrom(
    undefined,
    '-',
    '/in/x/a.txt',
    '/in/y/a.txt',
    '/a.txt',
    '/out/a.txt',
    '/in/a.txt',
  );
  it('is taken if the entry is of another place, unless the run is forced or the file is the loaded one', () => {
    fc.assert(
      fc.property(
        fc.record({
          force: fc.boolean(),
          here: places,
          there: places,
          state: fc.constantFrom('loaded' as const, 'failed' as const),
          content: fc.constantFrom(
            undefined,
            CONTENT,
            { ...CONTENT, sizeBytes: 3 },
            { ...CONTENT, checksum: 'x' },
          ),
        }),
        ({ force, here, there, state, content }) => {
          const current = {
            ...sampleEntry('a', { inputBytes: BYTES.length, checksum: CONTENT.checksum }),
            sourceKey: KEY,
            origin: there,
            state,
          };
          const taken = keyTaken(
            current,
            {
              request: { force },
              source: { key: KEY, version: 'v', ...(here !== undefined && { origin: here }) },
            },
            content,
          );
          const isOther = here !== undefined && there !== undefined && here !== there;
          const isLoadedOne = state === 'loaded' && content === CONTENT;
          expect(taken !== undefined).toBe(isOther && !force && !isLoadedOne);
        },
      ),
    );
  });

  it.each([
    ['/in/x/a.txt', '/in/y/a.txt', '--raw-root /in:'],
    ['/in/a.txt', '/in/y/a.txt', '--raw-root /in:'],
    ['/in/y/a.txt', '/in/a.txt', '--raw-root /in:'],
    ['/a.txt', '/in/a.txt', '--raw-root /:'],
    ['/one/a.txt', '/two/a.txt', '--raw-root /:'],
    ['-', '/two/a.txt', '--stdin-name'],
    ['/two/a.txt', '-', '--stdin-name'],
    ['/in/a/x/a.txt', '/in/b/x/a.txt', '--raw-root /in:'],
    ['/in/x/a.txt', '/in/x/y/a.txt', '--raw-root /in/x:'],
  ])('of %s that belongs to %s: people are told what tells them apart', (here, there, advice) => {
    const current = { ...sampleEntry('a'), sourceKey: KEY, origin: there };
    const taken = keyTaken(
      current,
      { request: {}, source: { key: KEY, origin: here, version: 'v' } },
      undefined,
    );
    expect(taken?.code).toBe('key-taken');
    expect(taken?.message).toMatch(here === '-' ? /^standard input:/ : here);
    expect(taken?.message).toContain(advice);
    expect(taken?.message).toContain(there === '-' ? 'standard input' : there);
  });

  it('is taken by a file whose short name is the same, forced or not', () => {
    const current = { ...sampleEntry('a'), sourceKey: 'b/a.txt' };
    for (const force of [false, true]) {
      const source = { key: KEY, version: 'v' };
      expect(keyTaken(current, { request: { force }, source }, undefined)).toMatchObject({
        code: 'key-taken',
        message: expect.stringContaining('short name'),
      });
    }
    expect(
      keyTaken(undefined, { request: {}, source: { key: KEY, version: 'v', origin: '/a' } }, undefined),
    ).toBeUndefined();
  });
});

describe('a version that was rolled back', () => {
  it('is refused by its version or its bytes, the last rollback is told, and a forced run takes it', () => {
    const taken = (at: string, version: string, checksum?: string) =>
      ({ at, version, reason: 'wrong', sizeBytes: BYTES.length, checksum }) as TakenBack;
    const entry = {
      ...sampleEntry('a'),
      version: 'v2',
      rolledBack: [
        taken('first', 'v2', 'x'),
        taken('second', 'v9', CONTENT.checksum),
        taken('third', 'v8', 'y'),
      ],
    };
    expect(rolledBackRefusal(entry, {} as never, undefined)?.message).toContain('first');
    expect(rolledBackRefusal(entry, {} as never, CONTENT)?.message).toContain('second');
    expect(rolledBackRefusal({ ...entry, version: 'v3' }, {} as never, undefined)).toBeUndefined();
    expect(rolledBackRefusal(entry, { force: true } as never, CONTENT)).toBeUndefined();
    expect(rolledBackRefusal({ ...entry, rolledBack: undefined }, {} as never, CONTENT)).toBeUndefined();
  });
});
