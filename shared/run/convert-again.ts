import { shellWord } from '../shown-text.ts';

/** A file of a lake, as commands name it. */
interface FileOfDay {
  /** Name of its layout. */
  dataset: string;
  /** Its key, or words for it if the key is not known. */
  sourceKey: string;
  businessDate: string | null;
}

/** What `convert` needs to make everything of a file anew. */
interface ForcedConversion {
  layout: string;
  /** As the shell takes it. */
  input: string;
  /** Folder of the lake. */
  out: string;
  businessDate: string | null;
  supplementOf?: string | undefined;
  expectedFiles?: number | string[] | undefined;
  rawRoot?: string | undefined;
}

/** The step that makes everything of a file anew, also what an earlier run left: the whole command, and the same on AWS. */
export function convertAgain({ dataset, sourceKey, businessDate }: FileOfDay): string {
  // Of a file whose entry is lost only the beginning of its name is known: the shell finds the rest.
  const input = sourceKey.endsWith('.*') ? sourceKey : shellWord(sourceKey);
  const command = forcedConversion({ layout: dataset, input, out: 'LAKE', businessDate });
  return `Convert the file again: "${command}". On AWS, start a new execution for it with "force": true.`;
}

/** The command line that converts a file again. */
export function forcedConversion(file: ForcedConversion): string {
  const { layout, input, out, businessDate, supplementOf, expectedFiles, rawRoot } = file;
  const words = ['--layout', layout, '--out', out];
  if (businessDate !== null) words.push('--business-date', businessDate);
  if (supplementOf !== undefined) words.push('--supplement-of', supplementOf);
  if (expectedFiles !== undefined) words.push('--expected-files', String(expectedFiles));
  if (rawRoot !== undefined) words.push('--raw-root', rawRoot);
  return `npx positional-lake convert ${words.map(shellWord).join(' ')} --force --input ${input}`;
}
