import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { layoutsDir } from '../../local/adapters/project-folders.ts';
import { PROJECT } from '../bundle/bundle-functions.ts';

const run = promisify(execFile);

/** The file of a night as Parquet in one form. */
export interface WrittenNight {
  /** What is other than in the layout that comes with the project. */
  form: string;
  /** The folder of the Iceberg table. */
  table: string;
}

interface Field {
  name: string;
  lookup?: boolean;
}

interface ContractsLayout {
  fields: Field[];
  compression?: string;
  parquet?: object;
}

/** Each form is a change of the layout. */
const FORMS: Record<string, (layout: ContractsLayout) => ContractsLayout> = {
  'as it comes': (layout) => layout,
  'lookup on the customer': (layout) => ({
    ...layout,
    fields: layout.fields.map((field) => (field.name === 'cpf_cnpj' ? { ...field, lookup: true } : field)),
  }),
  snappy: (layout) => ({ ...layout, compression: 'snappy' }),
  zstd: (layout) => ({ ...layout, compression: 'zstd' }),
  'zstd-fast': (layout) => ({ ...layout, compression: 'zstd-fast' }),
  'delta encodings': (layout) => ({ ...layout, parquet: { delta: true } }),
};

/** Converts the file once in each form, by the command that people use. */
export async function writeNight(file: string, dir: string): Promise<WrittenNight[]> {
  const text = await readFile(join(layoutsDir, 'contracts.json'), 'utf8');
  const written: WrittenNight[] = [];
  for (const [form, change] of Object.entries(FORMS)) {
    const name = form.replaceAll(/\W+/g, '-');
    const layout = join(dir, `${name}.json`);
    const { $schema: _, ...given } = JSON.parse(text);
    await writeFile(layout, JSON.stringify(change(given)));
    const out = join(dir, `lake-${name}`);
    await run(process.execPath, [
      join(PROJECT, 'bin/positional-lake.mjs'),
      ...['convert', '--layout', layout, '--input', file, '--out', out],
    ]);
    written.push({ form, table: join(out, 'processed', 'contracts') });
  }
  return written;
}
