import { expect, it } from 'vitest';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { smallLayout } from '../support/small-contracts.ts';

const withPersonal = (personal: unknown) => {
  const layout = JSON.parse(smallLayout());
  const [partition] = layout.partitionBy as string[];
  const fields = layout.fields.map((field: { name: string }) =>
    field.name === partition ? { ...field, personal } : field,
  );
  return { partition, text: JSON.stringify({ ...layout, fields }) };
};

it.each([true, 'last-two'])('a column about a person (%s) names no folders', (personal) => {
  const { partition, text } = withPersonal(personal);
  expect(() => readLayout(text, 'small.json')).toThrow(
    `'partitionBy[0]' is '${partition}', which is about a person`,
  );
});

it('one that is not may', () => {
  const { partition, text } = withPersonal(false);
  expect(partition).toBeDefined();
  expect(() => readLayout(text, 'small.json')).not.toThrow();
});
