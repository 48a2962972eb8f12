import type { GroupRule } from '../layout/layout.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { GroupFold, type RangeGroups } from './group-fold.ts';

/** Joins the groups of all ranges, in order, and refuses a file with a group that is not whole or whose totals do not agree. */
export function groupRefusal(sourceKey: string, rule: GroupRule, ranges: RangeGroups[]): Refusal | undefined {
  const file = new GroupFold(rule, 'file');
  for (const range of ranges) file.absorb(range);
  file.finishFile();
  const { wrong, unended, outside } = file.faults;
  const broken = [
    ...(unended
      ? [
          `group ${unended.group}, which begins at byte ${unended.startByte}, has no ${rule.trailer} at its end (${unended.count} of ${file.begun} groups have none)`,
        ]
      : []),
    ...(outside
      ? [`${outside.count} records are in no group, the first at or after byte ${outside.startByte}`]
      : []),
  ];
  if (broken.length > 0) {
    return refuse('group-broken', {
      where: sourceKey,
      what: broken.join(', and '),
      why: `A group begins with a record of ${rule.header} and ends with one of ${rule.trailer}.`,
      next: "Ask for the file to be sent again: records of it are missing or in another order. If it is meant to be so, correct 'groups' of the layout.",
    });
  }
  if (!wrong) return undefined;
  return refuse('group-total-mismatch', {
    where: sourceKey,
    what: `group ${wrong.group}, which begins at byte ${wrong.startByte}, does not agree: ${wrong.text}; ${wrong.count} of ${file.begun} groups do not agree`,
    next: "Ask for the file to be sent again; if every file is like that, correct 'groups.totals' of the layout.",
  });
}
