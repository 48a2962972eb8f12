import { describe, expect, it } from 'vitest';
import { boundSpec, specOfKeys } from '../../shared/iceberg/bound-spec.ts';
import { NO_PARTITION_ID, withSpec } from '../../shared/iceberg/partition-spec.ts';

const IDS = { day: 3, uf: 7, estado: 7, tipo: 9 };
const texts = ({ specs }: ReturnType<typeof withSpec>) =>
  specs.map(
    ({ 'spec-id': id, fields }) =>
      `${id}: ${fields.map((field) => `${field['field-id']} ${field.name} of ${field['source-id']}`).join(', ')}`,
  );

describe('the partition specs of a table', () => {
  it('get one for each list of keys, in which a column has one field id for ever', () => {
    const none = { specs: [], lastId: NO_PARTITION_ID };
    const first = withSpec(none, ['day', 'uf'], IDS);
    const second = withSpec(first, ['day', 'tipo'], IDS);
    const third = withSpec(second, ['day', 'uf', 'tipo'], IDS);
    expect(texts(third)).toEqual([
      '0: 1000 day of 3, 1001 uf of 7',
      '1: 1000 day of 3, 1002 tipo of 9',
      '2: 1000 day of 3, 1001 uf of 7, 1002 tipo of 9',
    ]);
    expect([first.id, second.id, third.id, third.lastId]).toEqual([0, 1, 2, 1002]);
    expect(withSpec(third, ['day', 'tipo'], IDS)).toEqual({ ...third, id: 1 });
    // Folders have another order, and another name, so manifests are others too.
    const other = withSpec(withSpec(third, ['day', 'tipo', 'uf'], IDS), ['day', 'estado'], IDS);
    expect(texts(other).slice(3)).toEqual([
      '3: 1000 day of 3, 1002 tipo of 9, 1001 uf of 7',
      '4: 1000 day of 3, 1001 estado of 7',
    ]);
  });

  it('never give an id again, also if another program has removed a spec', () => {
    const { specs, lastId, id } = withSpec({ specs: [], lastId: 1004 }, ['day'], IDS);
    expect([specs[0]?.fields[0]?.['field-id'], lastId, id]).toEqual([1005, 1005, 0]);
  });

  it('are read with the types that their columns have', () => {
    const { specs } = withSpec({ specs: [], lastId: NO_PARTITION_ID }, ['day', 'uf'], IDS);
    const field = (id: number, name: string, type: string) => ({ id, name, required: false, type });
    const table = {
      'partition-specs': specs,
      'current-schema-id': 1,
      schemas: [
        { type: 'struct', 'schema-id': 0, fields: [field(3, 'day', 'string'), field(7, 'uf', 'long')] },
        { type: 'struct', 'schema-id': 1, fields: [field(3, 'day', 'string'), field(7, 'estado', 'long')] },
      ],
    };
    expect(boundSpec(table, 0)?.keys).toEqual([
      { fieldId: 1000, name: 'day', type: 'string' },
      { fieldId: 1001, name: 'uf', type: 'bigint' },
    ]);
    expect(specOfKeys(table, ['day', 'uf'])?.id).toBe(0);
    expect([boundSpec(table, 1), specOfKeys(table, ['uf', 'day'])]).toEqual([undefined, undefined]);
    const without = { ...table, schemas: [] };
    expect(boundSpec(without, 0)).toBeUndefined();
  });
});
