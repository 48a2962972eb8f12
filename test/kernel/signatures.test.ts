import { expect, test } from 'vitest';
import { signaturesFile } from '../../tools/kernel/signatures.ts';

const declaration = (name: string, signature: string) => `  /**
   * shared/kernel/assemblyscript/levels/${name}
   * @param at \`usize\`
   */
  export function ${name}${signature};
`;

test('each declared function becomes a line under its source file; booleans become flags', () => {
  const text = signaturesFile(
    declaration('readBits', '(at: number, wide: boolean): boolean') + declaration('sum', '(): bigint'),
  );
  expect(text).toContain(`  // shared/kernel/assemblyscript/levels.ts
  readBits(at: number, wide: Flag): Flag;
  sum(): bigint;
`);
  expect(text).toContain("  'readBits',\n  'sum',\n");
});

test('a declaration in another form is an error, not a missing function', () => {
  expect(() => signaturesFile(`${declaration('sum', '(): bigint')}export function other(): void;`)).toThrow(
    'the compiler declared 2 functions and 1 of them were understood',
  );
});
