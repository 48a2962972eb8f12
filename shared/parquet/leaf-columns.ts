import type { VectorKind } from '../decode/field-vector.ts';
import { ConvertedType, Repetition, type SchemaElement } from './format.ts';
import { malformed } from './malformed.ts';
import { kindOfPhysical, textOf } from './schema-node.ts';

/** A leaf of a file's own schema. */
export interface LeafColumn {
  /** Its path in the tree, as its chunks name it. */
  path: string[];
  /** One of PhysicalType. */
  type: number;
  kind: VectorKind;
  /** Its bytes must be UTF-8. */
  isText: boolean;
  isList: boolean;
  /** The definition level of a value, and of an entry of a list. */
  valueLevel: number;
  entryLevel: number;
}

/** Levels of definition and repetition that a node adds to those of its parent. */
const LEVELS_OF: Record<number, { definition: number; repetition: number }> = {
  [Repetition.REQUIRED]: { definition: 0, repetition: 0 },
  [Repetition.OPTIONAL]: { definition: 1, repetition: 0 },
  [Repetition.REPEATED]: { definition: 1, repetition: 1 },
};

/** The leaves of a schema, as a footer lists its nodes. A schema that this program does not write is `ParquetMalformed`. */
export function leafColumns(schema: readonly SchemaElement[]): LeafColumn[] {
  const leaves: LeafColumn[] = [];
  let next = 1;
  const walk = (count: number, path: string[], above: Pick<LeafColumn, 'valueLevel' | 'entryLevel'>) => {
    for (let child = 0; child < count; child++) {
      const node = schema[next++];
      const levels = node && LEVELS_OF[node.repetitionType ?? -1];
      if (!node || !levels) throw malformed('a schema that is cut off');
      const valueLevel = above.valueLevel + levels.definition;
      const entryLevel = levels.repetition > 0 ? valueLevel : above.entryLevel;
      if (levels.repetition > 0 && above.entryLevel > 0) throw malformed('a list in a list');
      const own = [...path, textOf(node.name)];
      if (node.numChildren === undefined) leaves.push(leafOf(node, own, { valueLevel, entryLevel }));
      else walk(node.numChildren, own, { valueLevel, entryLevel });
    }
  };
  walk(schema[0]?.numChildren ?? 0, [], { valueLevel: 0, entryLevel: 0 });
  if (next !== schema.length) throw malformed('a schema with nodes that belong to nothing');
  return leaves;
}

function leafOf(
  node: SchemaElement,
  path: string[],
  levels: Pick<LeafColumn, 'valueLevel' | 'entryLevel'>,
): LeafColumn {
  const { type = -1, typeLength, convertedType } = node;
  const kind = kindOfPhysical(type);
  const isKnown = kind !== undefined && (kind !== 'int128' || typeLength === 16);
  const isFlat = levels.entryLevel === 0;
  if (!isKnown || levels.valueLevel !== (isFlat ? 1 : 3)) throw malformed('a column of another type');
  const isText = kind === 'bytes' && convertedType === ConvertedType.UTF8;
  return { path, type, kind, isText, isList: !isFlat, ...levels };
}
