import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectPiece, ObjectStore } from '../../shared/ports/object-store.ts';
import { expectSameBytes, expectSameRows } from './first-difference.ts';
import { checksumOf } from './small-contracts.ts';

interface OpenStore {
  store: ObjectStore;
  close(): Promise<void>;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

function pattern(length: number, seed = 7): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = index * seed + (index >> 8);
  return bytes;
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const chunk of chunks) copies.push(Buffer.from(chunk));
  return Buffer.concat(copies);
}

/** Writes piece by piece: a store need not take so much in a single put. */
export async function writeLarge(store: ObjectStore, key: string, bytes: Uint8Array): Promise<void> {
  const writer = store.createWriter(key);
  await writer.write(bytes);
  await writer.close();
}

/** The contract of every object-store adapter, run against the one that `open` gives. */
export function describeObjectStore(name: string, open: () => Promise<OpenStore>): void {
  describe(`${name} as an object store`, () => {
    let opened: OpenStore;
    let store: ObjectStore;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());

    it('says what is there and what is not', async () => {
      await store.put('there/a.txt', bytesOf('hello'));
      expect(await store.head('there/a.txt')).toMatchObject({ key: 'there/a.txt', sizeBytes: 5 });
      expect(await store.head('there/b.txt')).toBeUndefined();
      expect(await store.get('there/b.txt')).toBeUndefined();
      expect(await store.head('there')).toBeUndefined();
      await expect(all(store.streamRange('there/b.txt'))).rejects.toMatchObject({ name: 'ObjectNotFound' });
    });

    it('reads ranges: first byte, last byte, across chunks, all, and none beyond the end', async () => {
      const bytes = pattern(3 * 1024 * 1024 + 5);
      await store.put('ranges.bin', bytes);
      const end = bytes.length;
      for (const [startByte, endByte] of [
        [0, 1],
        [end - 1, end],
        [1024 * 1024 - 1, 2 * 1024 * 1024 + 1],
        [0, end],
      ] as const) {
        const read = await store.readRange('ranges.bin', { startByte, endByte });
        expectSameBytes(read, bytes.subarray(startByte, endByte));
      }
      expectSameBytes(await all(store.streamRange('ranges.bin')), bytes);
      const memory = new Uint8Array(70_001);
      let asked = 0;
      const into = () => memory.subarray(0, 1 + (++asked % memory.length));
      const range = { startByte: 5, endByte: end - 5 };
      expectSameBytes(await all(store.streamRange('ranges.bin', range, { into })), bytes.subarray(5, -5));
      for (const range of [
        { startByte: end - 1, endByte: end + 1 },
        { startByte: end + 5, endByte: end + 6 },
        { startByte: end + 1, endByte: end + 1 },
      ]) {
        await expect(all(store.streamRange('ranges.bin', range))).rejects.toMatchObject({
          name: 'SourceChanged',
        });
      }
    });

    it('writes large objects piece by piece; an aborted one leaves nothing', async () => {
      const bytes = pattern(20 * 1024 * 1024 + 3);
      const writer = store.createWriter('large.bin');
      const piece = new Uint8Array(700_001);
      for (let at = 0; at < bytes.length; at += piece.length) {
        const length = Math.min(piece.length, bytes.length - at);
        piece.set(bytes.subarray(at, at + length));
        await writer.write(piece.subarray(0, length));
      }
      expect(await store.head('large.bin')).toBeUndefined();
      await writer.close();
      expectSameBytes(await all(store.streamRange('large.bin')), bytes);

      for (const length of [10, 9 * 1024 * 1024]) {
        const aborted = store.createWriter('aborted.bin');
        await aborted.write(pattern(length));
        await aborted.abort();
        expect(await store.head('aborted.bin')).toBeUndefined();
      }
    });

    it('composes objects from large and small ranges and bytes', async () => {
      const source = pattern(14 * 1024 * 1024, 11);
      await writeLarge(store, 'source.bin', source);
      const MiB = 1024 * 1024;
      const pieces: ObjectPiece[] = [
        { bytes: bytesOf('PAR1') },
        { key: 'source.bin', range: { startByte: 10, endByte: 12 * MiB } },
        { key: 'source.bin', range: { startByte: 0, endByte: 100 } },
        { key: 'source.bin', range: { startByte: 5, endByte: 6 * MiB + 5 } },
        { bytes: bytesOf('tail') },
      ];
      await store.compose('composed.bin', pieces);
      const expected = Buffer.concat(
        pieces.map(
          (piece): Uint8Array =>
            'bytes' in piece ? piece.bytes : source.subarray(piece.range.startByte, piece.range.endByte),
        ),
      );
      expectSameBytes(await all(store.streamRange('composed.bin')), expected);
      await store.compose('small.bin', [
        { bytes: bytesOf('ab') },
        { key: 'source.bin', range: { startByte: 0, endByte: 2 } },
      ]);
      expect(await store.head('small.bin')).toMatchObject({ sizeBytes: 4 });
    });

    it('writes nothing if the bytes are not those of the checksum', async () => {
      const large = pattern(6 * 1024 * 1024, 13);
      await writeLarge(store, 'sum/large', large);
      await store.put('sum/small', bytesOf('123456789'));
      const [right, wrong] = ['rosUhgp5mIg=', 'AAAAAAAAAAA='];
      const damaged = { name: 'ObjectDamaged' };
      await store.copy('sum/small', 'sum/copied', right);
      expect((await store.head('sum/copied'))?.sizeBytes).toBe(9);
      await expect(store.copy('sum/small', 'sum/other', wrong)).rejects.toMatchObject(damaged);
      const pieces: ObjectPiece[] = [
        { key: 'sum/large', range: { startByte: 0, endByte: large.length } },
        { bytes: bytesOf('tail') },
      ];
      const whole = checksumOf(Buffer.concat([large, bytesOf('tail')]));
      await store.compose('sum/composed', pieces, whole);
      expect((await store.head('sum/composed'))?.sizeBytes).toBe(large.length + 4);
      await expect(store.compose('sum/other', pieces, wrong)).rejects.toMatchObject(damaged);
      await expect(store.compose('sum/other', [{ bytes: large }], wrong)).rejects.toMatchObject(damaged);
      expect(await store.head('sum/other')).toBeUndefined();
      // A store may not know; it must not say what is wrong.
      expect(await store.hasChecksum('sum/small', right)).not.toBe(false);
      expect(await store.hasChecksum('sum/small', wrong)).not.toBe(true);
      expect(await store.hasChecksum('sum/none', right)).toBeUndefined();
    });

    it('copies, overwrites, and deletes what may not be there', async () => {
      await store.put('copy/from.txt', bytesOf('one'));
      await store.put('copy/to.txt', bytesOf('old'));
      await store.copy('copy/from.txt', 'copy/to.txt');
      await store.put('copy/from.txt', bytesOf('two'));
      expect(Buffer.from((await store.get('copy/to.txt'))!.bytes).toString()).toBe('one');
      await expect(store.copy('copy/none.txt', 'copy/x.txt')).rejects.toMatchObject({
        name: 'ObjectNotFound',
      });
      await store.delete(['copy/from.txt', 'copy/none.txt']);
      expect(await store.head('copy/from.txt')).toBeUndefined();
    });

    it('lists more than a thousand keys in order of their bytes', async () => {
      const keys = Array.from({ length: 1100 }, (_, index) => `list/k${String(index).padStart(5, '0')}`);
      for (let at = 0; at < keys.length; at += 50) {
        await Promise.all(keys.slice(at, at + 50).map((key) => store.put(key, bytesOf('x'))));
      }
      await store.put('listless', bytesOf('x'));
      const listed: string[] = [];
      for await (const { key } of store.list('list/')) listed.push(key);
      expectSameRows(listed, keys, 'keys');
      const some: string[] = [];
      for await (const { key } of store.list('list/k0109')) some.push(key);
      expect(some).toHaveLength(10);
      if (store.listKeys) {
        expectSameRows(await Array.fromAsync(store.listKeys('list/')), keys, 'keys');
        expect(await Array.fromAsync(store.listKeys('list/k0109'))).toHaveLength(10);
        expect(await Array.fromAsync(store.listKeys('nowhere/'))).toEqual([]);
      }
      await store.delete(keys);
      for await (const { key } of store.list('list/')) expect(key).toBe('nothing');
    });

    it('lists what is directly in a folder: objects, and folders that hold some', async () => {
      for (const key of ['in/b/x', 'in/a', 'in/b.txt', 'in/c/d/e', 'in/c/f', 'inside']) {
        await store.put(key, bytesOf('x'));
      }
      await store.put('in/gone/x', bytesOf('x'));
      await store.delete(['in/gone/x']);
      expect(await Array.fromAsync(store.listFolder('in/'))).toEqual(['in/a', 'in/b.txt', 'in/b/', 'in/c/']);
      expect(await Array.fromAsync(store.listFolder('in/none/'))).toEqual([]);
    });

    it('removes folders with all that is in them, if it has such things', async () => {
      if (!store.deleteFolders) return;
      for (const key of ['away/a/x', 'away/a/deep/er/y', 'away/ab/x', 'away/b/x', 'alone/c/x'])
        await store.put(key, bytesOf('x'));
      await store.deleteFolders(['away/a/', 'away/none/', 'alone/c/']);
      const left: string[] = [];
      for await (const { key } of store.list('a')) if (/^(away|alone)/.test(key)) left.push(key);
      expect(left).toEqual(['away/ab/x', 'away/b/x']);
      expect(await Array.fromAsync(store.listFolder('alone/'))).toEqual([]);
      await store.put('away/a/x', bytesOf('again'));
      expect(Buffer.from((await store.get('away/a/x'))!.bytes).toString()).toBe('again');
    });

    it('lets exactly one of many conditional writers win', async () => {
      const outcome = async (writes: Promise<string>[]) => {
        const settled = await Promise.allSettled(writes);
        for (const result of settled) {
          if (result.status === 'rejected')
            expect(result.reason).toMatchObject({ name: 'PreconditionFailed' });
        }
        return settled.filter(({ status }) => status === 'fulfilled').length;
      };
      const bodies = Array.from({ length: 20 }, (_, index) => bytesOf(`writer ${index}`));
      expect(await outcome(bodies.map((body) => store.putOnce('race/once', body)))).toBe(1);
      const { tag } = (await store.get('race/once'))!;
      expect(
        await outcome(bodies.map((body) => store.putIf('race/once', Buffer.concat([body, body]), tag))),
      ).toBe(1);
      await expect(store.putIf('race/once', bytesOf('late'), tag)).rejects.toMatchObject({
        name: 'PreconditionFailed',
      });
    });

    it('fails a pinned read of an object that was replaced', async () => {
      await store.put('pinned', bytesOf('first version'));
      const { pin } = (await store.head('pinned'))!;
      expect(
        Buffer.from(await store.readRange('pinned', { startByte: 0, endByte: 5 }, { pin })).toString(),
      ).toBe('first');
      await store.put('pinned', bytesOf('other version'));
      await expect(store.readRange('pinned', { startByte: 0, endByte: 5 }, { pin })).rejects.toMatchObject({
        name: 'SourceChanged',
      });
    });

    it('takes keys with spaces, accents and signs', async () => {
      for (const key of [
        'odd/tipo=CREDITO PESSOAL/x',
        'odd/tipo=CÂMBIO/x',
        'odd/CAPITAL%2FGIRO/x',
        "odd/a+b&c'd(e)/x",
      ]) {
        await store.put(key, bytesOf(key));
        await store.copy(key, `${key}-copy`);
        expect(Buffer.from((await store.get(`${key}-copy`))!.bytes).toString()).toBe(key);
      }
      const listed: string[] = [];
      for await (const { key } of store.list('odd/')) listed.push(key);
      expect(listed).toHaveLength(8);
    });
  });
}
