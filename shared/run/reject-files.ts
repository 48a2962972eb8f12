import { listOf, objectOf } from '../json-shape.ts';
import { type PartFile, partFileShape } from './part-manifest.ts';

/** The rejects of a refused file, which people read: `runs/<runId>/rejects.json`. The manifests of its parts are removed. */
interface RejectFiles {
  files: PartFile[];
}

export const rejectFilesShape = objectOf<RejectFiles>({ files: listOf(partFileShape) });
