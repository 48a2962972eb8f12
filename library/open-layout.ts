import { resolve } from 'node:path';
import { createFileLayoutSource, layoutWord } from '../local/adapters/file-layout-source.ts';
import { LayoutInvalid, UsageError } from '../shared/errors.ts';
import { typeText } from '../shared/layout/field-type.ts';
import { type Layout as CompiledLayout, datasetsOf } from '../shared/layout/layout.ts';
import { loadLayout } from '../shared/pipeline/store/load-layout.ts';

/** A layout that was read and checked: what a record looks like, and the tables that files of it become. */
export interface Layout {
  /** Name of the dataset. */
  readonly name: string;
  /** The file that it was read from; undefined for one that was given as an object. */
  readonly file: string | undefined;
  readonly encoding: string;
  readonly recordFormat: 'lines' | 'fixed' | 'rdw' | 'bdw' | 'length-field';
  /** Without terminator; the longest if lengths vary. */
  readonly recordLength: number;
  readonly tables: readonly LayoutTable[];
}

export interface LayoutTable {
  readonly name: string;
  /** Partition columns are the last. */
  readonly columns: readonly LayoutColumn[];
}

export interface LayoutColumn {
  readonly name: string;
  /** As written in the layout file, such as `decimal(15,2)`. */
  readonly type: string;
  /** Its value is a list, of elements with the fields `name` and `type` of this column's name, such as `items.amount`. */
  readonly isList: boolean;
}

const compiled = new WeakMap<Layout, CompiledLayout>();

/**
 * Reads a layout: the path of a layout file, the name of one in `./layouts` or in the box, or its content as an object. Copybooks count
 * from the layout file's folder, and for an object from the current one.
 *
 * Rejects with a `LayoutInvalid` that names each wrong key and the nearest valid one.
 */
export async function openLayout(source: string | object): Promise<Layout> {
  const files = createFileLayoutSource();
  const word = typeof source === 'string' ? await layoutWord(source) : resolve('layout.json');
  const layouts =
    typeof source === 'string'
      ? files
      : { ...files, load: async () => ({ file: word, text: jsonOf(source) }) };
  const { file, layout } = await loadLayout(layouts, word);
  const opened: Layout = {
    name: layout.name,
    file: typeof source === 'string' ? file : undefined,
    encoding: layout.encoding,
    recordFormat: layout.record.format,
    recordLength: layout.record.lengthBytes,
    tables: datasetsOf(layout).map(({ name, columns, partitionBy }) => ({
      name,
      columns: [...columns, ...partitionBy].map((field) => ({
        name: field.list?.isStruct ? `${field.list.name}.${field.name}` : field.name,
        type: typeText(field.type),
        isList: field.list !== undefined,
      })),
    })),
  };
  compiled.set(opened, layout);
  return opened;
}

/** What the layout was compiled to. @internal */
export function compiledLayout(layout: Layout): CompiledLayout {
  const found = compiled.get(layout);
  if (found) return found;
  throw new UsageError({ what: 'this is no layout of openLayout', next: 'Open it: await openLayout(…).' });
}

function jsonOf(source: object): string {
  try {
    return JSON.stringify(source);
  } catch (cause) {
    throw new LayoutInvalid({ what: 'the layout is no JSON', why: (cause as Error).message, cause });
  }
}
