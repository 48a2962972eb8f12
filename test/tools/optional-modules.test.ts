import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { optionalModuleNames } from '../../tools/template/optional-modules.ts';

function projectFile(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
}

describe('optional modules', () => {
  it('are each explained in docs/modules.md and packaged with stage everything', async () => {
    const names = await optionalModuleNames();
    const rows = (await projectFile('docs/modules.md')).matchAll(/^\| `([a-z-]+)` \|/gm);
    expect(Array.from(rows, ([, name]) => name).sort()).toEqual(names);
    const settings = (await projectFile('resources/stages/everything.yml')).split('\nmodules:\n')[1] ?? '';
    const turnedOn = settings.matchAll(/^ {2}([a-z-]+):(?! false)/gm);
    expect(Array.from(turnedOn, ([, name]) => name).sort()).toEqual(names);
  });

  it('make and cancel a Macie job, once per request', async () => {
    const code = await readFile(new URL('../../resources/optional/macie-job.txt', import.meta.url), 'utf8');
    expect(code.length).toBeLessThan(4096);
    const sent: unknown[] = [];
    const answers: unknown[] = [];
    class Command {
      readonly input: unknown;
      constructor(input: unknown) {
        this.input = input;
      }
    }
    const modules: Record<string, unknown> = {
      'cfn-response': {
        send(_event: unknown, context: { done(): void }, status: string, _data: unknown, id: string) {
          answers.push([status, id]);
          context.done();
        },
      },
      '@aws-sdk/client-macie2': {
        Macie2Client: class {
          async send(command: Command) {
            sent.push(command.input);
            return { jobId: 'job-1' };
          }
        },
        CreateClassificationJobCommand: Command,
        UpdateClassificationJobCommand: Command,
      },
    };
    const exported: { handler?: (event: unknown, context: unknown) => Promise<unknown> } = {};
    new Function('require', 'exports', code)((name: string) => modules[name], exported);
    const asked = {
      Name: 'lake',
      AccountId: '1',
      BucketName: 'b',
      Prefix: 'ledger/',
      SamplingPercentage: '20',
    };
    await exported.handler?.(
      { RequestType: 'Create', RequestId: '0123456789', ResourceProperties: asked },
      {},
    );
    await exported.handler?.(
      { RequestType: 'Delete', RequestId: '1', PhysicalResourceId: 'job-1', ResourceProperties: asked },
      {},
    );
    await exported.handler?.(
      { RequestType: 'Delete', RequestId: '2', PhysicalResourceId: 'none', ResourceProperties: asked },
      {},
    );
    expect(answers).toEqual([
      ['SUCCESS', 'job-1'],
      ['SUCCESS', 'job-1'],
      ['SUCCESS', 'none'],
    ]);
    expect(sent).toMatchObject([
      { clientToken: '0123456789', samplingPercentage: 20 },
      { jobId: 'job-1', jobStatus: 'CANCELLED' },
    ]);
  });
});
