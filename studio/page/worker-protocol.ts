import type { Workbench } from '../engine/workbench.ts';

/** A file of the server, or one that was dropped on the page. */
export type OpenedFile =
  | { kind: 'served'; name: string; sizeBytes: number; url: string }
  | { kind: 'dropped'; file: File };

export type WorkbenchMethod = Exclude<keyof Workbench, 'open'>;

export interface Question {
  id: number;
  call: { method: 'open'; file: OpenedFile } | { method: WorkbenchMethod; args: unknown[] };
}

export type Answer =
  | { id: number; value: unknown; error?: undefined }
  | { id: number; error: { name: string; message: string } };
