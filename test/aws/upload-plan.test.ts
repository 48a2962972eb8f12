import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_COPY_BYTES,
  MAX_PARTS,
  MIN_PART_BYTES,
  type PlannedPart,
  pieceBytes,
  planUploadParts,
} from '../../shared/aws/upload-plan.ts';
import type { ObjectPiece } from '../../shared/ports/object-store.ts';

const MIB = 1024 * 1024;

const range = (key: string, startByte: number, lengthBytes: number): ObjectPiece => ({
  key,
  range: { startByte, endByte: startByte + lengthBytes },
});
const bytes = (lengthBytes: number): ObjectPiece => ({ bytes: new Uint8Array(lengthBytes) });

function pieces(part: PlannedPart): ObjectPiece[] {
  return 'copy' in part ? [part.copy] : part.send;
}

function sizeBytes(part: PlannedPart): number {
  return pieces(part).reduce((sum, piece) => sum + pieceBytes(piece), 0);
}

/** `copy 6.0` or `send 5.0` in MiB. */
function drawn(parts: PlannedPart[]): string[] {
  return parts.map((part) => `${'copy' in part ? 'copy' : 'send'} ${(sizeBytes(part) / MIB).toFixed(1)}`);
}

/** Pieces without regard to how they are cut: neighbours of the same object are one. */
function flow(all: ObjectPiece[]): (string | Uint8Array)[] {
  const result: { from: string | Uint8Array; start: number; end: number }[] = [];
  for (const piece of all.filter((one) => pieceBytes(one) > 0)) {
    const next =
      'bytes' in piece
        ? { from: piece.bytes, start: 0, end: piece.bytes.length }
        : { from: piece.key, start: piece.range.startByte, end: piece.range.endByte };
    const last = result.at(-1);
    if (last && last.from === next.from && last.end === next.start) last.end = next.end;
    else result.push(next);
  }
  return result.map(({ from, start, end }) => (typeof from === 'string' ? `${from} ${start}-${end}` : from));
}

describe('the plan of an upload', () => {
  it('copies what is large and sends the end as it is', () => {
    const plan = planUploadParts([
      range('a', 0, 6 * MIB),
      range('b', 0, 6 * MIB),
      range('c', 0, MIB),
      bytes(10),
    ]);
    expect(drawn(plan)).toEqual(['copy 6.0', 'copy 6.0', 'send 1.0']);
  });

  it('fills up a small piece from the next one, else from the one before, else sends all of it', () => {
    expect(drawn(planUploadParts([bytes(MIB), range('a', 0, 9 * MIB)]))).toEqual(['send 5.0', 'copy 5.0']);
    expect(drawn(planUploadParts([range('a', 0, 12 * MIB), bytes(MIB), range('b', 0, 6 * MIB)]))).toEqual([
      'copy 8.0',
      'send 5.0',
      'copy 6.0',
    ]);
    expect(drawn(planUploadParts([range('a', 0, 6 * MIB), bytes(MIB), range('b', 0, 6 * MIB)]))).toEqual([
      'copy 6.0',
      'send 7.0',
    ]);
  });

  it('sends a small object in one piece, and plans nothing for an empty one', () => {
    expect(drawn(planUploadParts([bytes(10), range('a', 5, MIB), bytes(0)]))).toEqual(['send 1.0']);
    expect(planUploadParts([bytes(0), range('a', 7, 0)])).toEqual([]);
  });

  it('does not copy a range of 5 MiB, because S3 refuses an object of that size as its source', () => {
    expect(drawn(planUploadParts([range('a', 0, MIN_PART_BYTES)]))).toEqual(['send 5.0']);
  });

  it('cuts a range that is too large for one copy into equal parts, and joins ranges that follow each other', () => {
    const large = MAX_COPY_BYTES + 2;
    const plan = planUploadParts([range('a', 0, MIB), range('a', MIB, large - MIB)]);
    expect(plan).toEqual([
      { copy: { key: 'a', range: { startByte: 0, endByte: large / 2 } } },
      { copy: { key: 'a', range: { startByte: large / 2, endByte: large } } },
    ]);
  });

  it('keeps to 10,000 parts', () => {
    const many = Array.from({ length: 12_000 }, (_, index) => range(`k${index}`, 0, 5 * MIB + 1));
    const plan = planUploadParts(many);
    expect(plan.length).toBeLessThanOrEqual(MAX_PARTS);
    expect(flow(plan.flatMap(pieces))).toEqual(flow(many));
  });

  it('holds every byte once and in order, in parts S3 takes', () => {
    const length = fc.oneof(
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 12 * MIB }),
      fc.constantFrom(MIN_PART_BYTES - 1, MIN_PART_BYTES, MIN_PART_BYTES + 1, 2 * MIN_PART_BYTES),
      fc.integer({ min: MAX_COPY_BYTES - 2, max: 3 * MAX_COPY_BYTES }),
    );
    const rangePiece = fc
      .tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 9 }), length)
      .map(([key, start, size]) => range(key, start, size));
    const piece = fc.oneof({ weight: 4, arbitrary: rangePiece }, fc.constantFrom(1, 70_000).map(bytes));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (all) => {
        const plan = planUploadParts(all);
        expect(flow(plan.flatMap(pieces))).toEqual(flow(all));
        for (const [index, part] of plan.entries()) {
          if (index < plan.length - 1) expect(sizeBytes(part)).toBeGreaterThanOrEqual(MIN_PART_BYTES);
          if ('copy' in part) {
            expect(sizeBytes(part)).toBeGreaterThanOrEqual(MIN_PART_BYTES);
            expect(sizeBytes(part)).toBeLessThanOrEqual(MAX_COPY_BYTES);
          } else expect(sizeBytes(part)).toBeLessThan(3 * MIN_PART_BYTES);
        }
      }),
    );
  });
});
