import { describe, expect, it } from 'vitest';
import { manifestEntryOf, manifestTotals, parseDayManifest } from '../../shared/day/day-manifest.ts';

const FILE = { name: 'a.txt' };
const WHOLE = {
  format: 'positional-lake-day/1',
  businessDate: '2025-08-12',
  files: [
    {
      ...FILE,
      sizeBytes: 10,
      records: 3,
      details: 2,
      crc64nvme: 'AAAAAAAAAAA=',
      totals: { amount: '-12.50', count: '2' },
    },
    { name: 'b.txt' },
  ],
};

function problemsOf(changes: Record<string, unknown>): string[] {
  const read = parseDayManifest(JSON.stringify({ ...WHOLE, ...changes }));
  return 'problems' in read ? read.problems : [];
}
const ofFile = (changes: Record<string, unknown>) => problemsOf({ files: [{ ...FILE, ...changes }] });

describe('a day manifest', () => {
  it('is read whole, under the present and the earlier name of its format', () => {
    expect(parseDayManifest(JSON.stringify(WHOLE))).toEqual({ file: WHOLE });
    expect(problemsOf({ format: 'positional-lake-control/1' })).toEqual([]);
    expect(problemsOf({ businessDate: undefined })).toEqual([]);
  });

  it.each([
    ['not JSON', '{', 'it is not JSON'],
    ['a list', '[]', 'it is not a JSON object'],
    ['nothing', 'null', 'it is not a JSON object'],
    ['a text', '"files"', 'it is not a JSON object'],
  ])('is refused if it is %s', (_, text, problem) => {
    expect(parseDayManifest(text)).toEqual({ problems: [problem] });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['an unknown format', { format: 'positional-lake-day/2' }, "'format' must be 'positional-lake-day/1'"],
    ['no format', { format: undefined }, "'format' must be 'positional-lake-day/1'"],
    ['an unknown key', { file: 1 }, 'it has keys other than format, businessDate, files'],
    [
      'a day that does not exist',
      { businessDate: '2025-02-30' },
      "'businessDate' is not a day as yyyy-MM-dd",
    ],
    ['a number for a day', { businessDate: 20250812 }, "'businessDate' is not a day as yyyy-MM-dd"],
    ['no files', { files: [] }, "'files' must list at least one file"],
    ['files that are no list', { files: { 0: FILE } }, "'files' must list at least one file"],
    ['a file twice', { files: [FILE, { name: 'b' }, FILE] }, "'files[2].name' occurs twice"],
    ['a file that is a text', { files: ['a.txt'] }, "'files[0]' is not an object"],
    ['a file that is a list', { files: [[]] }, "'files[0]' is not an object"],
    ['a file that is nothing', { files: [null] }, "'files[0]' is not an object"],
  ])('is refused for %s', (_, changes, problem) => {
    expect(problemsOf(changes)).toEqual([problem]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['without a name', { name: undefined }, "'files[0].name' must be the name of a file without folder"],
    ['with an empty name', { name: '' }, "'files[0].name' must be the name of a file without folder"],
    ['with a number as its name', { name: 7 }, "'files[0].name' must be the name of a file without folder"],
    ['with a folder', { name: 'in/a.txt' }, "'files[0].name' must be the name of a file without folder"],
    [
      'with an unknown key',
      { size: 1 },
      "'files[0]' has keys other than name, sizeBytes, crc64nvme, contentBytes, contentCrc64nvme, records, details, totals",
    ],
    ['with half a record', { records: 1.5 }, "'files[0].records' must be a whole number"],
    ['with details as a text', { details: '2' }, "'files[0].details' must be a whole number"],
    ['with a negative size', { sizeBytes: -1 }, "'files[0].sizeBytes' must be a whole number"],
    ['with a short checksum', { crc64nvme: 'AAAA' }, "'files[0].crc64nvme' must be eight bytes in base64"],
    ['with a number as its checksum', { crc64nvme: 1 }, "'files[0].crc64nvme' must be eight bytes in base64"],
    ['with totals in a list', { totals: ['1'] }, "'files[0].totals' must hold decimal numbers as texts"],
    [
      'with a total as a number',
      { totals: { a: '1', b: 2 } },
      "'files[0].totals' must hold decimal numbers as texts",
    ],
    [
      'with a total in words',
      { totals: { a: 'one', b: '2' } },
      "'files[0].totals' must hold decimal numbers as texts",
    ],
  ])('is refused for a file %s', (_, changes, problem) => {
    expect(ofFile(changes)).toEqual([problem]);
  });

  it('tells all problems at once', () => {
    expect(problemsOf({ format: 1, businessDate: 1, files: [{}] })).toHaveLength(3);
    expect(ofFile({ totals: {} })).toEqual([]);
    expect(ofFile({ totals: { none: '0' }, sizeBytes: 0, records: 0 })).toEqual([]);
  });

  it('states totals of each file by its name without the folder', () => {
    const [first, second] = WHOLE.files;
    expect(manifestEntryOf(WHOLE, 'in/a.txt')).toBe(first);
    expect(manifestEntryOf(WHOLE, 'b.txt')).toBe(second);
    expect(manifestEntryOf(WHOLE, 'in/c.txt')).toBeUndefined();
    expect({ ...manifestTotals(first!) }).toEqual({
      amount: { text: '-1250', scale: 2 },
      count: { text: '2', scale: 0 },
    });
    expect(Object.keys(manifestTotals(second!))).toEqual([]);
  });
});
