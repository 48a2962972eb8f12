/** A function in the declarations that the compiler writes (`asc --bindings raw`). */
const DECLARATION =
  /\* (?<source>shared\/kernel\/assemblyscript\/.+)\/(?<name>\w+)\n[^/]*\*\/\n +export function \k<name>\((?<parameters>.*)\): (?<result>\w+);/g;

/**
 * Text of `kernel-functions.ts`: the signature of every function that `assemblyscript/exports.ts` exports, one per line. The compiler's
 * declarations say `boolean` for flags, which its own JavaScript converts; the kernel is called without that, with 0 and 1.
 */
export function signaturesFile(bindings: string): string {
  const bySource = new Map<string, string[]>();
  const names: string[] = [];
  for (const { groups = {} } of bindings.matchAll(DECLARATION)) {
    const { source = '', name = '', parameters = '', result = '' } = groups;
    names.push(name);
    const lines = bySource.get(source) ?? [];
    bySource.set(source, lines);
    lines.push(`  ${name}(${withFlags(parameters)}): ${withFlags(result)};`);
  }
  const declared = bindings.match(/export function (?!instantiate)/g)?.length;
  if (names.length !== declared) {
    throw new Error(
      `the compiler declared ${declared} functions and ${names.length} of them were understood: its declarations have another form now. Adapt tools/kernel/signatures.ts.`,
    );
  }
  return [
    '/** `npm run kernel` made this file from `assemblyscript/`, which says what each function does. */',
    '',
    'type Flag = 0 | 1;',
    '',
    '/** Addresses and lengths are in bytes. A result of 64 bits arrives as a signed bigint, even if the kernel takes it as unsigned. */',
    'export interface KernelFunctions {',
    [...bySource].map(([source, lines]) => [`  // ${source}.ts`, ...lines].join('\n')).join('\n\n'),
    '}',
    '',
    'export const KERNEL_FUNCTION_NAMES: readonly (keyof KernelFunctions)[] = [',
    ...names.map((name) => `  '${name}',`),
    '];',
    '',
  ].join('\n');
}

function withFlags(types: string): string {
  return types.replaceAll(/\bboolean\b/g, 'Flag');
}
