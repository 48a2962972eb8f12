import type { CatalogFile } from '../../shared/ports/catalog.ts';
import { planDatasetView } from './dataset-view.ts';
import { areUniform } from './uniform-files.ts';

/** Runs a statement and answers its rows. */
type Run = (sql: string, parameters?: Record<string, string>) => Promise<unknown[][]>;

/** Makes the view of a dataset. `note` gets the paths of its files before one of them is opened. */
export async function makeDatasetView(
  { run, note }: { run: Run; note: (paths: string[]) => void },
  catalog: CatalogFile,
  lakeDir: string,
  rows: number | undefined,
): Promise<void> {
  const { scans, createView } = planDatasetView(catalog, lakeDir, rows);
  const selects: string[] = [];
  for (const { createFiles, files, countMisplaced, uniform, select } of scans) {
    await run(createFiles, { files: JSON.stringify(files) });
    note(files.flatMap(({ path }) => path ?? []));
    const [[misplaced]] = (await run(countMisplaced)) as [[bigint]];
    const areAsCataloged = uniform && (await areUniform(run, uniform));
    selects.push(select(misplaced === 0n ? 'paths' : 'files', areAsCataloged ? 'files' : 'catalog'));
  }
  await run(createView(selects));
}
