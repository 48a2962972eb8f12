/** What convert says of a file, as `convert --json` does. */
export interface ConvertedFile {
  status: string;
  sourceKey: string;
  businessDate: string | null;
  rows: number;
  records: { read: number; rejected: number };
  published: boolean;
  seconds: number;
  reason?: string;
  warnings?: string[];
}
