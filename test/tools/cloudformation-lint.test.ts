import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judged, type LintFinding } from '../../tools/check-deploy/cloudformation-lint.ts';
import { pythonTool } from '../../tools/python/python-tool.ts';

const finding = (rule: string, ...path: string[]): LintFinding => ({
  Filename: 'template.json',
  Rule: { Id: rule },
  Message: 'it is said twice',
  Location: { Path: path },
});
const EXPLAINED = [{ rule: 'W3005', place: /^Resources\/\w+Function\/DependsOn\//, why: 'it does no harm' }];

describe('findings of cfn-lint', () => {
  it('are problems unless they are explained', () => {
    const found = [
      finding('W3005', 'Resources', 'AFunction', 'DependsOn', '0'),
      finding('W3005', 'Resources', 'ABucket', 'DependsOn', '0'),
      finding('E3002', 'Resources', 'AFunction', 'DependsOn', '0'),
    ];
    expect(judged(found, 4, EXPLAINED)).toEqual({
      looked: 4,
      problems: [
        { where: 'template.json: Resources/ABucket/DependsOn/0', what: 'W3005: it is said twice' },
        { where: 'template.json: Resources/AFunction/DependsOn/0', what: 'E3002: it is said twice' },
      ],
    });
  });

  it('that are not found any more need no explanation', () => {
    const [problem] = judged([], 4, EXPLAINED).problems;
    expect(problem?.what).toMatch(/explains W3005 .*, which cfn-lint does not find/);
  });
});

it('says in one line that there is no Python, and leaves nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'positional-lake-python-'));
  try {
    const tool = await pythonTool('cfn-lint', { interpreter: join(folder, 'python3'), folder });
    expect(tool).toEqual({ missing: 'there is no Python 3 with venv (Debian: python3-venv)' });
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
