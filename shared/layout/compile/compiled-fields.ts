import type { Field } from '../field.ts';
import type { ControlRecord, Dataset, RecordType } from '../layout.ts';
import type { FieldContext } from './compile-field.ts';

/** The parts of the layout that the fields of a record type depend on. */
export interface FieldsContext extends FieldContext {
  /** Name of the dataset that the rows go to. */
  dataset: string;
  header: ControlRecord | undefined;
  parent: RecordType | undefined;
}

/** The fields of a record type: those of its own rows, and the datasets of child rows that its tables make. */
export interface CompiledFields {
  fields: Field[];
  children: Dataset[];
}
