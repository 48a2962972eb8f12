import { datesOfKey } from '../../shared/keys/key-dates.ts';
import { fileNameOf, namesKey, ofAnyDate, withBusinessDate } from '../../shared/keys/name-pattern.ts';
import { keyProblem } from '../../shared/keys/object-key.ts';
import type { SeenFile } from '../../shared/ports/transfer-source.ts';
import { compressedKey, compresses } from './compressed-parts.ts';
import type { FileRule, Settings } from './settings.ts';

/** Where a file belongs. */
export interface FilePlace {
  /** Index in `files` of the config. */
  rule: number;
  key: string;
  businessDate: string | undefined;
}

/** Of a file that no rule names, undefined; a clause if one does, but the file has no place. */
export function placeOf(
  path: string,
  rules: readonly FileRule[],
  prefix: string,
): FilePlace | { problem: string } | undefined {
  const fitting = rules.flatMap((rule, index) => (ruleNames(rule, path) ? [index] : []));
  const [index, another] = fitting;
  if (index === undefined) return undefined;
  if (another !== undefined) return { problem: `files[${index}] and files[${another}] both name it` };
  const rule = rules[index]!;
  const { dates } = datesOfKey(path, [rule.pattern]);
  const [date, other] = dates;
  const needsDate = /\{(yyyy|MM|dd|yyyyMMdd|yyyy-MM-dd)\}/.test(rule.key);
  if (needsDate && date === undefined)
    return { problem: 'neither its folders nor its name say which day it is for' };
  if (needsDate && other !== undefined) return { problem: `it may be for ${dates.join(' or for ')}` };
  const businessDate = other === undefined ? date : undefined;
  const filled = prefix + filledKey(rule.key, path, businessDate);
  const key = compresses(rule, path) ? compressedKey(filled) : filled;
  const problem =
    keyProblem(key) ??
    (reserved(key) ? 'names that begin with _connector or .connector are taken' : undefined);
  return problem === undefined
    ? { rule: index, key, businessDate }
    : { problem: `its key would be '${key}': ${problem}` };
}

/** Like `placeOf`, and the problem of a file that no rule can take, whatever name it is shown by. */
export function placeOfSeen(
  { path, problem }: Pick<SeenFile, 'path' | 'problem'>,
  { files, target }: Pick<Settings, 'files' | 'target'>,
): FilePlace | { problem: string } | undefined {
  return problem === undefined ? placeOf(path, files, target.prefix) : { problem };
}

/** A pattern without a folder fits the name in any folder; one with folders the whole path below the source. */
function ruleNames({ pattern, except, finished }: FileRule, path: string): boolean {
  if (!namesKey(ofAnyDate(pattern), path)) return false;
  if (except.some((one) => namesKey(ofAnyDate(one), path))) return false;
  return !isBeside(finished, path);
}

/** Markers and manifests are no data, even if a wide pattern fits their names. */
function isBeside(finished: FileRule['finished'], path: string): boolean {
  if (finished.by !== 'marker' && finished.by !== 'manifest') return false;
  const name = finished.name.replaceAll('{name}', '*').replaceAll('{stem}', '*');
  return namesKey(ofAnyDate(name), path);
}

function reserved(key: string): boolean {
  return key
    .split('/')
    .some((folder) => folder === '_connector' || folder === '.connector' || folder === '.incoming');
}

function filledKey(template: string, path: string, businessDate: string | undefined): string {
  const [yyyy = '', MM = '', dd = ''] = businessDate?.split('-') ?? [];
  const parts: Record<string, string> = { yyyy, MM, dd, name: fileNameOf(path), stem: stemOf(path), path };
  const dated = businessDate === undefined ? template : withBusinessDate(template, businessDate);
  return dated.replace(/\{(yyyy|MM|dd|name|stem|path)\}/g, (_, part: string) => parts[part]!);
}

function stemOf(path: string): string {
  const name = fileNameOf(path);
  return name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : name;
}

/** The path of the file beside `path` that a rule names: a marker, or the sender's manifest. */
export function besidePath(path: string, name: string, businessDate: string | undefined): string {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const dated = businessDate === undefined ? name : withBusinessDate(name, businessDate);
  return folder + dated.replaceAll('{name}', fileNameOf(path)).replaceAll('{stem}', stemOf(path));
}
