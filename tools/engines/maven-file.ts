import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { PROJECT } from '../bundle/bundle-functions.ts';

const run = promisify(execFile);
const DOWNLOAD_LIMIT_MS = 20 * 60_000;

/** A file of Maven Central, by its coordinates and its bytes. */
interface MavenFile {
  artifact: string;
  name: string;
  sha256: string;
}

/** The path of the file below `.java/`, where Maven puts it when it is first asked for; or the sentence that says why it is not there. */
export async function mavenFile({
  artifact,
  name,
  sha256,
}: MavenFile): Promise<{ path: string } | { missing: string }> {
  const folder = join(PROJECT, '.java');
  const path = join(folder, name);
  if (!existsSync(path)) {
    await mkdir(folder, { recursive: true });
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';
    try {
      await run('mvn', ['-q', '-B', goal, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`], {
        timeout: DOWNLOAD_LIMIT_MS,
        cwd: folder,
      });
    } catch (error) {
      const isThere = (error as { code?: unknown }).code !== 'ENOENT';
      return { missing: isThere ? `Maven does not bring ${artifact}` : 'there is no Maven (Debian: maven)' };
    }
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  if (hash.digest('hex') === sha256) return { path };
  await rm(path, { force: true });
  return { missing: `${name} is not the file that is expected` };
}
