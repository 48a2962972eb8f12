import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SentPart, TransferTarget } from '../../shared/ports/transfer-target.ts';
import { combineCrc64, crc64nvme, crc64ToBase64 } from '../../shared/ranges/crc64nvme.ts';

interface OpenTarget {
  target: TransferTarget;
  /** The bytes that a reader of the target sees, or undefined. */
  visible(key: string): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

const sumOf = (bytes: Uint8Array) => crc64ToBase64(crc64nvme(bytes));

/** The contract of every target of transfers, run against the one that `open` gives. Parts have at least `partBytes`. */
export function describeTransferTarget(
  name: string,
  partBytes: number,
  open: () => Promise<OpenTarget>,
): void {
  describe(`${name} as the target of transfers`, () => {
    let opened: OpenTarget;
    let target: TransferTarget;
    beforeAll(async () => {
      opened = await open();
      ({ target } = opened);
    });
    afterAll(() => opened.close());

    const bytesOf = (lengthBytes: number, seed: number) =>
      Buffer.alloc(lengthBytes, `${seed}, and on it goes; `);
    const send = async (
      key: string,
      id: string,
      pieces: Buffer[],
      order = pieces.map((_, index) => index),
    ) => {
      const parts: SentPart[] = [];
      for (const index of order) {
        const startByte = pieces.slice(0, index).reduce((sum, { length }) => sum + length, 0);
        const place = { number: index + 1, startByte };
        parts.push(await target.send({ key, id }, place, pieces[index]!, sumOf(pieces[index]!)));
      }
      return parts.sort((a, b) => a.number - b.number);
    };
    const wholeOf = (bytes: Buffer) => ({ sizeBytes: bytes.length, crc64nvme: sumOf(bytes) });

    it('stores a small file at once, with its own checksum, and finds it', async () => {
      for (const bytes of [Buffer.alloc(0), Buffer.from('x'), bytesOf(5_000, 1)]) {
        const key = `small/${bytes.length}.txt`;
        const arrived = await target.put(key, bytes, sumOf(bytes));
        expect(arrived).toMatchObject(wholeOf(bytes));
        expect(await target.find(key)).toMatchObject({ ...wholeOf(bytes), tag: arrived.tag });
        expect(await opened.visible(key)).toEqual(bytes);
      }
      expect(await target.find('small/none.txt')).toBeUndefined();
    });

    it('replaces nothing by accident, and exactly what it is told to', async () => {
      const [one, two, three] = [bytesOf(10, 1), bytesOf(10, 2), bytesOf(10, 3)] as const;
      const { tag } = await target.put('once.txt', one, sumOf(one));
      await expect(target.put('once.txt', two, sumOf(two))).rejects.toMatchObject({
        name: 'PreconditionFailed',
      });
      expect(await opened.visible('once.txt')).toEqual(one);
      const second = await target.put('once.txt', two, sumOf(two), tag);
      expect(second.tag).not.toBe(tag);
      await expect(target.put('once.txt', three, sumOf(three), tag)).rejects.toMatchObject({
        name: 'PreconditionFailed',
      });
      expect(await opened.visible('once.txt')).toEqual(two);
    });

    it('shows an upload in parts only when it is complete, whatever order they came in', async () => {
      const pieces = [bytesOf(partBytes, 4), bytesOf(partBytes, 5), bytesOf(100, 6)];
      const whole = Buffer.concat(pieces);
      const id = await target.begin('parts/a.txt');
      const parts = await send('parts/a.txt', id, pieces, [2, 0, 1]);
      expect(await opened.visible('parts/a.txt')).toBeUndefined();
      expect(await target.find('parts/a.txt')).toBeUndefined();
      expect(await target.parts({ key: 'parts/a.txt', id })).toMatchObject(
        pieces.map((piece, index) => ({ number: index + 1, ...wholeOf(piece) })),
      );
      const combined = pieces.reduce((crc, piece) => combineCrc64(crc, crc64nvme(piece), piece.length), 0n);
      expect(crc64ToBase64(combined)).toBe(sumOf(whole));
      const arrived = await target.complete({ key: 'parts/a.txt', id }, parts, wholeOf(whole));
      expect(arrived).toMatchObject(wholeOf(whole));
      expect(await opened.visible('parts/a.txt')).toEqual(whole);
      expect(await target.parts({ key: 'parts/a.txt', id })).toBeUndefined();
      await expect(target.complete({ key: 'parts/a.txt', id }, parts, wholeOf(whole))).rejects.toMatchObject({
        name: 'ObjectNotFound',
      });
    });

    it('goes on with what another process sent, and takes a part that is sent again', async () => {
      const pieces = [bytesOf(partBytes, 7), bytesOf(50, 8)];
      const id = await target.begin('parts/b.txt');
      await send('parts/b.txt', id, [bytesOf(partBytes, 9)]);
      await send('parts/b.txt', id, pieces, [0]);
      const kept = await target.parts({ key: 'parts/b.txt', id });
      expect(kept).toMatchObject([wholeOf(pieces[0]!)]);
      const rest = await send('parts/b.txt', id, pieces, [1]);
      const whole = Buffer.concat(pieces);
      await target.complete({ key: 'parts/b.txt', id }, [...kept!, ...rest], wholeOf(whole));
      expect(await opened.visible('parts/b.txt')).toEqual(whole);
    });

    it('completes nothing whose bytes have another checksum, or whose key is taken', async () => {
      const pieces = [bytesOf(partBytes, 1), bytesOf(30, 2)];
      const whole = Buffer.concat(pieces);
      const id = await target.begin('parts/c.txt');
      const parts = await send('parts/c.txt', id, pieces);
      const other = { sizeBytes: whole.length, crc64nvme: sumOf(Buffer.from('other')) };
      await expect(target.complete({ key: 'parts/c.txt', id }, parts, other)).rejects.toMatchObject({
        name: 'ObjectDamaged',
      });
      expect(await opened.visible('parts/c.txt')).toBeUndefined();
      await target.put('parts/c.txt', pieces[1]!, sumOf(pieces[1]!));
      await expect(target.complete({ key: 'parts/c.txt', id }, parts, wholeOf(whole))).rejects.toMatchObject({
        name: 'PreconditionFailed',
      });
      expect(await opened.visible('parts/c.txt')).toEqual(pieces[1]);
    });

    it('discards an upload, once or twice', async () => {
      const upload = { key: 'parts/d.txt', id: await target.begin('parts/d.txt') };
      await send(upload.key, upload.id, [bytesOf(20, 3)]);
      await target.abort(upload);
      await target.abort(upload);
      expect(await target.parts(upload)).toBeUndefined();
      await expect(
        target.send(upload, { number: 1, startByte: 0 }, bytesOf(20, 3), sumOf(bytesOf(20, 3))),
      ).rejects.toMatchObject({ name: 'ObjectNotFound' });
    });
  });
}
