import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions, readBundle } from '../bundle/bundle-functions.ts';
import type { Findings, Problem } from './template.ts';

/** Largest package: Lambda fetches and unpacks it before a cold start begins. */
const ZIP_BUDGET_BYTES = 450 * 1024;
const CODE_BUDGET_BYTES = 1_500 * 1024;
/** A person waits for the operator, not the night; it does what three others do. */
const OPERATOR_BUDGET_BYTES = 1_700 * 1024;
/** A client of Redis has every command of Redis. Answers come from memory as long as the environment lives. */
const QUERY_BUDGET_BYTES = 1_750 * 1024;
const SECRET = /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/]{16}/;

/** The same sources give the same bytes in another folder; they are small, and hold no secret and no path of this machine. */
export async function checkPackages(shipped: string): Promise<Findings> {
  const again = await mkdtemp(join(tmpdir(), 'positional-lake-packages-'));
  try {
    const problems: Problem[] = [];
    const bundles = await bundleFunctions(again);
    for (const bundle of bundles) {
      const where = `${bundle.name}.zip`;
      const [first, second] = await Promise.all([digest(join(shipped, where)), digest(bundle.zipFile)]);
      if (first !== second) problems.push({ where, what: 'has other bytes when it is made again' });
      if (bundle.zipBytes > ZIP_BUDGET_BYTES) {
        problems.push({
          where,
          what: `has ${bundle.zipBytes} bytes, more than its budget of ${ZIP_BUDGET_BYTES}`,
        });
      }
      const budgets: Record<string, number> = { operator: OPERATOR_BUDGET_BYTES, query: QUERY_BUDGET_BYTES };
      const codeBudget = budgets[bundle.name] ?? CODE_BUDGET_BYTES;
      if (bundle.codeBytes > codeBudget) {
        problems.push({
          where,
          what: `has ${bundle.codeBytes} bytes of code, more than its budget of ${codeBudget}`,
        });
      }
      const searches = Object.keys(bundle.inputs).find((path) => path.includes('/credential-provider-'));
      if (searches)
        problems.push({
          where,
          what: `holds ${searches}: a function has its credentials in its environment`,
        });
      const code = await readBundle(bundle);
      if (SECRET.test(code)) problems.push({ where, what: 'holds what looks like a secret' });
      if (code.includes(process.cwd()))
        problems.push({ where, what: 'holds a path of the machine it was made on' });
    }
    return { looked: bundles.length, problems };
  } finally {
    await rm(again, { recursive: true, force: true });
  }
}

async function digest(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
