import { rmSync } from 'node:fs';
import { temporaryFolder } from '../adapters/temporary-folder.ts';

/**
 * The folder that a large sort spills rows into. DuckDB makes its files readable by everybody, so the folder is one that only this user
 * may enter (0700, as mkdtemp makes it), with a name that nobody can take beforehand. It goes with the lake, and at the latest with the
 * process.
 */
export class SpillFolder {
  readonly path: string;
  private readonly atExit = () => this.remove();

  private constructor(path: string) {
    this.path = path;
    process.once('exit', this.atExit);
  }

  static async make(): Promise<SpillFolder> {
    return new SpillFolder(await temporaryFolder('lake-sql-'));
  }

  remove(): void {
    process.off('exit', this.atExit);
    rmSync(this.path, { recursive: true, force: true });
  }
}
