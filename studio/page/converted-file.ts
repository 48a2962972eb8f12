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

/** A line of what convert says while it works. */
export interface ConvertEvent {
  progress?: { stage: string; totalBytes: number; bytesRead: number; rows: number; rejected: number };
  file?: ConvertedFile;
  /** It was stopped before there was anything to say of a file. */
  stopped?: boolean;
}
