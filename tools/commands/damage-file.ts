import { readdirSync, readFileSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chances } from '../chaos/fault-plan.ts';

/** Kinds of objects are drawn first: there are many more of some than of others. */
const KINDS = ['ledger/', '/_day/', '/_terms/', 'catalog/', 'processed/', 'runs/', '_tables/', '_history/'];
const HOWS = ['a bit', 'cut short', 'missing', 'another one', 'empty'] as const;
/** What is no part of a lake, or nobody's. */
const ASIDE = /(^|\/)(damaged|\.incoming|_holds)\/|metrics\.jsonl|\.shared-files/;

/** Damages one file of a lake; says what it did, or undefined if this cannot happen to it. */
export function damageFile(lake: string, chances: Chances): string | undefined {
  const all = filesBelow(lake).filter((path) => !ASIDE.test(path));
  const kind = chances.of(KINDS);
  const some = all.filter((path) => path.includes(kind));
  if (some.length === 0) return undefined;
  const name = chances.of(some);
  const how = chances.of(HOWS);
  const path = join(lake, name);
  const bytes = readFileSync(path);
  if (how === 'missing') unlinkSync(path);
  else if (how === 'empty') truncateSync(path, 0);
  else if (bytes.length === 0) return undefined;
  else if (how === 'cut short') truncateSync(path, chances.below(bytes.length));
  else if (how === 'a bit') {
    bytes[chances.below(bytes.length)]! ^= 1 << chances.below(8);
    writeFileSync(path, bytes);
  } else {
    const folder = (one: string) => one.slice(0, one.lastIndexOf('/'));
    const alike = all.filter((other) => other !== name && folder(other) === folder(name));
    if (alike.length === 0) return undefined;
    writeFileSync(path, readFileSync(join(lake, chances.of(alike))));
  }
  return `${name}: ${how} (was ${bytes.length} bytes)`;
}

function filesBelow(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => statSync(join(folder, name)).isFile()).sort();
}
