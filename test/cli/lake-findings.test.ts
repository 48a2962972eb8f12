import { expect, it } from 'vitest';
import { findingJson, findingRows } from '../../cli/lake-findings.ts';
import { byConversion, byRemoval, damage, note } from '../../shared/pipeline/verify/finding.ts';

const gone = (key: string) => note(key, 'this generation is gone', 'as after clean');

it('notes that say the same stand on one line with their count', () => {
  const findings = [
    gone('a/'),
    damage('b', 'it is missing', 'readers', gone('').mend),
    gone('c/'),
    gone('d/'),
  ];
  expect(findingRows(findings).map(([level, key]) => [level, key])).toEqual([
    ['note', 'a/ and 2 others'],
    ['damage', 'b'],
  ]);
  expect(findingRows([gone('a/')])[0]?.[1]).toBe('a/');
});

it('a command carries the expected files of the day and what the shell needs quoted', () => {
  const file = { layout: 'l.json', sourceKey: 'in/f 1.txt', origin: '/data/in/f 1.txt', expectedFiles: 3 };
  const mend = byConversion({ ...file, businessDate: '2025-08-12' });
  expect(findingJson(damage('k', 'w', 'readers', mend), 'lake').mend.command).toBe(
    "npx positional-lake convert --layout l.json --out lake --business-date 2025-08-12 --expected-files 3 --raw-root /data/ --force --input '/data/in/f 1.txt'",
  );
  const piped = byConversion({ layout: 'l.json', sourceKey: 'f 1.txt', origin: '-', businessDate: null });
  expect(findingJson(damage('k', 'w', 'readers', piped), 'lake').mend.command).toBe(
    "npx positional-lake convert --layout l.json --out lake --force --input - --stdin-name 'f 1.txt'",
  );
  const removed = byRemoval({ dataset: 'd', sourceKey: 'f 1.txt', businessDate: '2025-08-12' });
  expect(findingJson(damage('k', 'w', 'operations', removed), 'lake').mend.command).toBe(
    "npx positional-lake rollback --lake lake --dataset d --business-date 2025-08-12 --file 'f 1.txt' --remove",
  );
});
