import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { dayCommitKey, dayCommitPrefix } from '../../../shared/keys/lake-keys.ts';
import { writeJson } from '../../../shared/pipeline/store/json-object.ts';
import { layoutCommits } from '../../../shared/pipeline/store/layout-commits.ts';
import { sampleCommit } from '../../support/sample-commit.ts';

/** Commits by date, as 1, 2, …; a blank one publishes nothing. */
async function lakeWith(days: Record<string, ('whole' | 'blank' | 'damaged')[]>) {
  const lake = new MemoryObjectStore();
  for (const [businessDate, kinds] of Object.entries(days))
    for (const [index, kind] of kinds.entries()) {
      const commit = sampleCommit({ businessDate, commit: index + 1 });
      const key = dayCommitKey('small', businessDate, index + 1);
      if (kind === 'damaged') lake.replace(key, Buffer.from('{'));
      else await writeJson(lake, key, kind === 'blank' ? { ...commit, tables: [] } : commit);
    }
  return lake;
}

async function found(lake: MemoryObjectStore, businessDate?: string) {
  const days = await layoutCommits(lake, 'small', businessDate);
  return days.map(({ businessDate: date, commits, damaged }) => [
    date,
    commits.map(({ commit }) => commit),
    damaged.map(({ commit, error }) => `${commit} ${error.name}`),
  ]);
}

describe('the commits of a layout', () => {
  it('are those of its days, both in their order, without those that publish nothing', async () => {
    const many = Array.from({ length: 11 }, () => 'whole' as const);
    const lake = await lakeWith({
      '2025-08-13': ['whole', 'blank', 'damaged'],
      '2025-08-12': many,
      '2025-08-11': ['blank'],
      '2025-08-10': ['damaged'],
    });
    await writeJson(lake, dayCommitKey('other', '2025-08-12', 1), sampleCommit({ dataset: 'other' }));
    for (const name of ['1.report.html', '0.json', 'note.json'])
      lake.replace(`${dayCommitPrefix('small', '2025-08-12')}${name}`, Buffer.from('{}'));
    const ofTwelfth = ['2025-08-12', many.map((_, index) => index + 1), []];
    expect(await found(lake)).toEqual([
      ['2025-08-10', [], ['1 ObjectDamaged']],
      ofTwelfth,
      ['2025-08-13', [1], ['3 ObjectDamaged']],
    ]);
    expect(await found(lake, '2025-08-12')).toEqual([ofTwelfth]);
    expect(await found(lake, '2025-08-09')).toEqual([]);
    expect(await found(new MemoryObjectStore())).toEqual([]);
  });

  it('are not called damaged if the store fails', async () => {
    const lake = await lakeWith({ '2025-08-12': ['whole'] });
    lake.beforeCall = (operation) => {
      if (operation === 'get') throw new Error('no disk');
    };
    await expect(layoutCommits(lake, 'small')).rejects.toThrow('no disk');
  });
});
