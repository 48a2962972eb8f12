/** A file of a lake, as commands name it. */
interface FileOfDay {
  /** Name of its layout. */
  dataset: string;
  /** Its key, or words for it if the key is not known. */
  sourceKey: string;
  businessDate: string | null;
}

/** The step that makes everything of a file anew, also what an earlier run left: the whole command, and the same on AWS. */
export function convertAgain({ dataset, sourceKey, businessDate }: FileOfDay): string {
  const date = businessDate === null ? '' : ` --business-date ${businessDate}`;
  return `Convert the file again: npm run -s convert -- --layout ${dataset} --out LAKE${date} --force --input ${sourceKey}; on AWS, start a new execution for it with "force": true.`;
}
