import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JOURNAL_EVENTS } from '../../connector/decide/journal-entry.ts';
import { readSettings } from '../../connector/decide/read-settings.ts';
import { CONNECTOR_FLAG } from '../../tools/connector-bench/measured-child.ts';

const GUIDE = readFileSync(new URL('../../docs/connector.md', import.meta.url), 'utf8');
const SMALL = {
  sources: [{ folder: 'in' }],
  files: [{ pattern: '*', finished: { by: 'rename' } }],
  target: { folder: 'raw' },
  stateFolder: 'state',
};

const problemOf = (config: unknown) => {
  try {
    readSettings(typeof config === 'string' ? config : JSON.stringify(config), 'c.json');
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the config', () => {
  it('names each wrong key with the nearest valid one', () => {
    expect(problemOf({ ...SMALL, sorces: [] })).toContain(
      "'sorces' is not a key of the config (the nearest valid one is 'sources'",
    );
    expect(problemOf({ ...SMALL, upload: { partMib: 8 } })).toContain(
      "'upload.partMib' is not a key of the config (the nearest valid one is 'partMiB'",
    );
    expect(problemOf({ ...SMALL, sources: [{ sftp: { hots: 'h' } }] })).toContain(
      "(the nearest valid one is 'host'",
    );
    expect(problemOf({ ...SMALL, files: [{ patern: 'x', finished: { by: 'rename' } }] })).toContain(
      "'files[0].patern'",
    );
    expect(problemOf({ ...SMALL, files: [{ pattern: 'x', finished: { by: 'rest', minuts: 1 } }] })).toContain(
      "(the nearest valid one is 'minutes'",
    );
  });

  it('says the valid keys of one place once, however many are wrong', () => {
    const problem = problemOf({ ...SMALL, upload: { partMib: 8, partAtOnce: 2 }, sorces: [], scanSecond: 1 });
    expect(problem).toContain(
      "'upload.partAtOnce' is not a key of the config (the nearest valid one is 'partsAtOnce')",
    );
    expect(problem.match(/valid: partMiB/g)).toHaveLength(1);
    expect(problem.match(/valid: \$schema/g)).toHaveLength(1);
  });

  it('says what a value must be', () => {
    expect(problemOf('{')).toContain('this is not JSON');
    expect(problemOf('[]')).toContain('the config');
    expect(problemOf({ ...SMALL, target: {} })).toContain("'target': must have one of bucket, folder");
    expect(problemOf({ ...SMALL, sources: [{}] })).toContain('must have one of folder, sftp, ftps');
    expect(problemOf({ ...SMALL, timeZone: 'Sao Paulo' })).toContain('must be a time zone');
    expect(problemOf({ ...SMALL, files: [{ pattern: 'x', finished: { by: 'luck' } }] })).toContain('marker');
    expect(problemOf({ ...SMALL, service: { nothingBy: '2:45' } })).toContain('must be a time as HH:mm');
    expect(problemOf({ ...SMALL, upload: { partMiB: 1 } })).toContain("'upload.partMiB'");
  });

  it('answers a placeholder that means nothing with the nearest one that does', () => {
    const rule = (given: object) => ({ ...SMALL, files: [{ ...SMALL.files[0], ...given }] });
    expect(problemOf(rule({ key: '{yyyy}/{nme}' }))).toContain(
      "'files[0].key': '{nme}' means nothing here (the nearest valid one is '{name}'; valid: ",
    );
    expect(problemOf(rule({ pattern: 'a_{yyyymmdd}_*' }))).toContain(
      "'files[0].pattern': '{yyyymmdd}' means nothing here (the nearest valid one is '{yyyyMMdd}'; valid: {yyyyMMdd}, {yyyy-MM-dd})",
    );
    expect(problemOf(rule({ dayManifest: '{name}.ctl' }))).toContain(
      "'files[0].dayManifest': '{name}' means",
    );
    expect(problemOf(rule({ expected: ['a_{yyymmdd}.txt'] }))).toContain("'{yyymmdd}' means nothing here");
    expect(problemOf(rule({ finished: { by: 'marker', name: '{nam}.ok' } }))).toContain(
      "'files[0].finished.name': '{nam}' means nothing here (the nearest valid one is '{name}'",
    );
    expect(problemOf(rule({ finished: { by: 'marker', name: '{stem}_{yyyyMMdd}.ok' } }))).toBe('none');
  });

  it('takes no key that all files would share', () => {
    const rule = (pattern: string, key: string) => ({
      ...SMALL,
      files: [{ ...SMALL.files[0], pattern, key }],
    });
    const problem =
      "'files[0].key': every file would get the same key: it must have one of {name}, {stem}, {path}";
    expect(problemOf(rule('a_{yyyyMMdd}_*', 'raw/{yyyyMMdd}.txt'))).toContain(problem);
    expect(problemOf(rule('a_{yyyyMMdd}.txt', 'raw/{yyyy}/a.txt'))).toContain(problem);
    expect(problemOf(rule('a_{yyyyMMdd}.txt', 'raw/{yyyy-MM-dd}.txt'))).toBe('none');
    expect(problemOf(rule('a.txt', 'raw/a.txt'))).toBe('none');
    expect(problemOf(rule('a_*', '{stem}.dat'))).toBe('none');
    const folders = 'files of several folders would get the same key: it must have {path}, or the day';
    expect(problemOf(rule('*/fixo.txt', '{name}'))).toContain(folders);
    expect(problemOf(rule('lote-?/fixo.txt', 'raw/{yyyy}/{stem}.dat'))).toContain(folders);
    expect(problemOf(rule('*/fixo.txt', '{path}'))).toBe('none');
    expect(problemOf(rule('*/fixo.txt', '{yyyyMMdd}/{name}'))).toBe('none');
    expect(problemOf(rule('*/fixo_{yyyyMMdd}.txt', '{name}'))).toBe('none');
    expect(problemOf(rule('{yyyyMMdd}/fixo.txt', '{name}'))).toBe('none');
    expect(problemOf(rule('*/fixo*.txt', '{name}'))).toBe('none');
  });

  it('has the defaults that docs/connector.md says', () => {
    expect(readSettings(JSON.stringify(SMALL), 'c.json')).toMatchObject({
      name: 'connector',
      timeZone: 'America/Sao_Paulo',
      scanSeconds: 300,
      leaseSeconds: 120,
      upload: { partMiB: 8, partsAtOnce: 4, filesAtOnce: 2 },
    });
  });
});

describe('docs/connector.md', () => {
  it('has a unit that systemd takes', async (context) => {
    const [, unit = ''] = /```ini\n(\[Unit\][\s\S]*?)```/.exec(GUIDE) ?? [];
    expect(unit).toContain(`node ${CONNECTOR_FLAG} /opt/`);
    const dir = await mkdtemp(join(tmpdir(), 'unit-'));
    const file = join(dir, 'positional-lake-connector.service');
    // Its program and its user are not on this machine; what is judged is the unit.
    await writeFile(
      file,
      unit.replace(/ExecStart=\S+/, 'ExecStart=/bin/true').replace(/^User=.*$/m, 'User=root'),
    );
    const said = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
    await rm(dir, { recursive: true });
    if (said.error) context.skip('there is no systemd-analyze (Debian: systemd)');
    expect(said.stderr.split('\n').filter((line) => line.includes('positional-lake'))).toEqual([]);
  });

  it('has configs that are valid', () => {
    const configs = [...GUIDE.matchAll(/```json\n(\{[\s\S]*?\n\})\n```/g)].map(([, text = '']) => text);
    const read = configs.filter((text) => text.includes('"sources"'));
    expect(read.length).toBeGreaterThan(1);
    for (const text of read) expect(problemOf(text)).toBe('none');
  });

  it('explains every event of the journal', () => {
    const missing = Object.entries(JOURNAL_EVENTS).filter(
      ([event, meaning]) => !GUIDE.includes(`| \`${event}\` | ${meaning} |`),
    );
    expect(missing).toEqual([]);
  });
});
