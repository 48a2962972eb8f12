import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reportSettings } from '../../cli/report-settings.ts';
import { runCommand } from '../support/run-command.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'report-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it('convert --report writes the page of the day, and report writes it again, for this user alone', async () => {
  await writeFile(join(dir, 'small.json'), smallLayout());
  await writeFile(join(dir, 'f_20250812.txt'), smallFile(smallLine('A1', 100), smallLine('A2', 'X')));
  const convert = ['--layout', 'small.json', '--input', 'f_20250812.txt', '--out', 'lake', '--workers', '1'];
  const converted = await runCommand('convert', [...convert, '--report', 'night.html'], dir);
  expect([converted.code, converted.stdout.includes('report: night.html')]).toEqual([0, true]);
  const page = await readFile(join(dir, 'night.html'), 'utf8');
  expect(page).toMatch(/^<!doctype html>/);
  expect((await stat(join(dir, 'night.html'))).mode & 0o777).toBe(0o600);
  const flags = ['--lake', 'lake', '--out', 'night.html', '--lang', 'pt', '--deadline', '09:00', '--json'];
  const reported = await runCommand('report', flags, dir);
  expect(reported.code, reported.stderr).toBe(0);
  const { totals, verdict } = JSON.parse(reported.stdout);
  expect(totals).toMatchObject({ records: 2, rows: 1, rejected: 1 });
  expect(verdict).toMatchObject({ state: 'late', commit: 1 });
  expect(await readFile(join(dir, 'night.html'), 'utf8')).toContain('lang="pt-BR"');
  const month = await runCommand(
    'report',
    ['--lake', 'lake', '--month', '2025-08', '--out', 'month.html'],
    dir,
  );
  expect([month.code, month.stdout]).toEqual([0, 'The report of small of 2025-08 is in month.html\n']);
});

it('takes no place of a file that is no page', async () => {
  await writeFile(join(dir, 'other.html'), 'my notes');
  const { code, stderr } = await runCommand('report', ['--lake', 'lake', '--out', 'other.html'], dir);
  expect([code, stderr.includes('is no page')]).toEqual([2, true]);
  expect(await readFile(join(dir, 'other.html'), 'utf8')).toBe('my notes');
});

it('takes hours and language from flags, then from the environment of a stage, then from the machine', () => {
  const stage = { SLA_TIME_ZONE: 'America/Sao_Paulo', SLA_DEADLINE: '08:00', LANG: 'pt_BR.UTF-8' };
  expect(reportSettings({}, 'lake', stage)).toMatchObject({
    language: 'pt',
    settings: {
      timeZone: 'America/Sao_Paulo',
      sla: { deadline: '08:00' },
      billing: { isMeasured: false },
      showRejects: false,
    },
  });
  expect(reportSettings({ deadline: '07:30', lang: 'en' }, 'lake', stage)).toMatchObject({
    language: 'en',
    settings: { sla: { deadline: '07:30' } },
  });
  expect(reportSettings({}, 'lake', {}).settings.sla).toBeUndefined();
  expect(reportSettings({}, 'aws', {}).settings).toMatchObject({
    sla: { deadline: '09:00' },
    billing: { isMeasured: true },
  });
  expect(() => reportSettings({ deadline: '25:00' }, 'lake', {})).toThrow('is not a time as HH:mm');
  expect(() => reportSettings({ 'time-zone': 'Sao_Paulo' }, 'lake', {})).toThrow('is not a time zone');
});
