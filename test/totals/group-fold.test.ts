import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GroupRule } from '../../shared/layout/layout.ts';
import type { ControlValue } from '../../shared/totals/control-value.ts';
import { GroupFold, type GroupPart } from '../../shared/totals/group-fold.ts';
import { groupRefusal } from '../../shared/totals/group-totals.ts';

const RULE: GroupRule = {
  header: 'h',
  trailer: 't',
  totals: [
    { name: 't.n', record: 'trailer', field: 'n', equals: { kind: 'count-all' } },
    {
      name: 'h.v',
      record: 'header',
      field: 'v',
      equals: { kind: 'sum', field: 'v', recordType: 'd', scale: 0 },
    },
  ],
};
const SUM = 'sum(d.v)';
const number = (value: number): ControlValue => ({ text: String(value), scale: 0 });

/** One record as a part: `h5` states a sum of 5, `t3` states three records, `d2` is worth 2, `x` is of no type. */
function recordAt(record: string, index: number): GroupPart {
  const [kind, value] = [record[0]!, Number(record.slice(1))];
  return {
    startByte: index * 10,
    records: 1,
    types: kind === 'x' ? {} : { [kind]: 1 },
    sums: kind === 'd' ? { [SUM]: String(value) } : {},
    header: kind === 'h' ? { v: number(value) } : null,
    trailer: kind === 't' ? { n: number(value) } : null,
  };
}

/** What an independent reading of the records finds: groups with wrong totals, without end, and records in none. */
function expected(records: string[]) {
  const found = { wrong: [] as number[], unended: [] as number[], outside: [] as number[], begun: 0 };
  let open: { group: number; stated: number; sum: number; count: number } | undefined;
  for (const [index, record] of records.entries()) {
    const value = Number(record.slice(1));
    if (record[0] === 'h') {
      if (open) found.unended.push(open.group);
      open = { group: ++found.begun, stated: value, sum: 0, count: 1 };
    } else if (!open) {
      if (record[0] !== 'x') found.outside.push(index * 10);
    } else {
      open.count++;
      if (record[0] === 'd') open.sum += value;
      if (record[0] === 't') {
        if (open.stated !== open.sum || open.count !== value) found.wrong.push(open.group);
        open = undefined;
      }
    }
  }
  if (open) found.unended.push(open.group);
  return found;
}

const record = fc.constantFrom('h0', 'h1', 'h2', 't2', 't3', 't4', 'd0', 'd1', 'd2', 'x');

describe('the groups of a file', () => {
  it('are judged alike however the file is cut, and as the records say', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(record, fc.boolean()), { maxLength: 14 }), (cuts) => {
        const records = cuts.map(([one]) => one);
        const file = new GroupFold(RULE, 'file');
        let range = new GroupFold(RULE, 'range');
        for (const [index, [one, isCut]] of cuts.entries()) {
          if (isCut) {
            file.absorb(range.finishRange());
            range = new GroupFold(RULE, 'range');
          }
          range.take(recordAt(one, index));
        }
        file.absorb(range.finishRange());
        file.finishFile();
        const { wrong, unended, outside, begun } = expected(records);
        expect(file.begun).toBe(begun);
        const { faults } = file;
        const told = (kind: keyof typeof faults) => faults[kind] && [faults[kind].count, faults[kind].group];
        expect(told('wrong')).toEqual(wrong.length > 0 ? [wrong.length, wrong[0]] : null);
        expect(told('unended')).toEqual(unended.length > 0 ? [unended.length, unended[0]] : null);
        expect(told('outside')).toEqual(outside.length > 0 ? [outside.length, 0] : null);
        // Records of no type before it may be told with it.
        if (!records.includes('x')) expect(faults.outside?.startByte).toBe(outside[0]);
      }),
      { numRuns: 3000 },
    );
  });

  it('refuse the file if one has no end or records are in none, before its totals are looked at', () => {
    const refusal = (...records: string[]) => {
      const range = new GroupFold(RULE, 'range');
      for (const [index, one] of records.entries()) range.take(recordAt(one, index));
      return groupRefusal('a.txt', RULE, [range.finishRange()]);
    };
    expect(refusal('h1', 'd1', 't3')).toBeUndefined();
    const wrong = refusal('h1', 'd1', 't3', 'h1', 'd2', 't3', 'h0', 't4');
    expect(wrong).toMatchObject({ code: 'group-total-mismatch' });
    expect(wrong?.message).toContain('group 2, which begins at byte 30, does not agree');
    expect(wrong?.message).toContain('2 of 3 groups do not agree');
    const unended = refusal('h1', 'd1', 't3', 'h1', 'd2', 'h0', 't4');
    expect(unended).toMatchObject({ code: 'group-broken' });
    expect(unended?.message).toContain(
      'group 2, which begins at byte 30, has no t at its end (1 of 3 groups',
    );
    expect(unended?.message).not.toContain('in no group');
    const outside = refusal('h1', 'd1', 't3', 'd1', 'd1');
    expect(outside?.message).toContain('2 records are in no group, the first at or after byte 30');
    expect(outside?.message).not.toContain('at its end');
  });
});
