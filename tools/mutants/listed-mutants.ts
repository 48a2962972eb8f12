import { LAKE_MUTANTS } from './lake-mutants.ts';
import type { Mutant } from './mutant.ts';

/**
 * Small wrong changes that the tests once did not see, or that people are likely to make, in the rooms that decide what is counted,
 * published or removed. `npm run mutants` tries them before those that rules generate.
 */
export const LISTED_MUTANTS: readonly Mutant[] = [
  {
    file: 'shared/form/fixed-terminator.ts',
    from: 'tail.length === after && tail.every((byte) => isFilling(byte))',
    to: 'after < 3 && tail.length === after && tail.every((byte) => isFilling(byte))',
    why: 'a file with three filling bytes after its last record does not fit any more',
    tests: ['test/form/fixed-terminator.test.ts'],
  },
  {
    file: 'shared/ranges/terminators.ts',
    from: 'rest <= 3',
    to: 'rest <= 2',
    why: 'the preview does not find the terminator of a file with three filling bytes',
    tests: ['test/ranges/terminators.test.ts'],
  },
  {
    file: 'shared/decode/partition-router.ts',
    from: 'this.kernel.bytes.fill(0, this.table, this.table + this.capacity * 8);',
    to: ';',
    why: 'after 65,536 spellings the table keeps routes that are forgotten',
    tests: ['test/decode/partition-router.test.ts'],
  },
  {
    file: 'shared/decode/partition-router.ts',
    from: 'this.forgetRoutes();',
    to: ';',
    why: 'routes are not forgotten after 65,536 spellings',
    tests: ['test/decode/partition-router.test.ts'],
  },
  {
    file: 'shared/decode/partition-router.ts',
    from: 'this.kernel.bytes.fill(0xff, this.routeIndexes, this.routeIndexes + from * 4);',
    to: ';',
    why: 'rows before the 65,536th spelling are told the faults of later ones',
    tests: ['test/decode/partition-router.test.ts'],
  },
  {
    file: 'shared/decode/parent-tracker.ts',
    from: 'this.hasPadded ||= batch.hasPadded;',
    to: 'this.hasPadded = batch.hasPadded;',
    why: 'a short parent that is carried over the end of a block counts as a whole one',
    tests: ['test/decode/parent-tracker.test.ts'],
  },
  {
    file: 'shared/decode/parent-tracker.ts',
    from: 'view.setUint32(this.lastEnds + slot * 4, end - address + copy, true);',
    to: 'view.setUint32(this.lastEnds + slot * 4, copy + this.recordBytes, true);',
    why: 'a short parent that is carried over the end of a block becomes a whole one',
    tests: ['test/decode/parent-tracker.test.ts'],
  },
  {
    file: 'shared/kernel/assemblyscript/levels.ts',
    from: 'memory.fill(out, 0, packedBytes);',
    to: '',
    why: 'levels of lists keep bits of what was in the memory of a used kernel',
    tests: ['test/kernel/levels.test.ts'],
  },
  {
    file: 'shared/parquet/chunk-pages.ts',
    from: 'firstRow: this.rowCount,',
    to: 'firstRow: this.entryCount,',
    why: 'the page index of a list counts entries and not rows',
    tests: ['test/parquet/list-pages.test.ts'],
  },
  {
    file: 'shared/parquet/column-chunk.ts',
    from: 'this.isList ? this.openListRows : entryCount',
    to: 'entryCount',
    why: 'the page index of a list counts entries and not rows',
    tests: ['test/parquet/list-pages.test.ts'],
  },
  {
    file: 'shared/run/reconciliation.ts',
    from: '(rejects?.rows ?? 0) === records.rejected &&',
    to: '',
    why: 'rejects that are written may differ from those that are counted',
    tests: ['test/run/reconciliation.test.ts'],
  },
  {
    file: 'shared/run/rejects-refusal.ts',
    from: 'records.rejected * 100 <= maxPercent * records.detail',
    to: 'records.rejected * 100 <= maxPercent * records.read',
    why: 'header and trailer dilute the share of rejects',
    tests: ['test/run/reconciliation.test.ts'],
  },
  {
    file: 'shared/run/stated-figures.ts',
    from: "['control-total-mismatch', 'details', stated.details, figures.details],",
    to: '',
    why: '`details` of a day manifest is ignored',
    tests: ['test/pipeline/publish/day-manifest.test.ts'],
  },
  {
    file: 'shared/run/reconciliation.ts',
    from: 'records: read, details: detail });',
    to: 'records: read });',
    why: '`details` of a day manifest is ignored while a file is reconciled',
    tests: ['test/pipeline/publish/day-manifest.test.ts'],
  },
  ...LAKE_MUTANTS,
];
