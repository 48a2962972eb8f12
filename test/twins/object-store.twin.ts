import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3ObjectStore } from '../../shared/aws/s3-object-store.ts';
import { describeObjectStore } from '../support/object-store-contract.ts';
import { prepareRules, ruleAnswer, S3_RULES } from '../support/s3-rules.ts';
import { S3_DIFFERENCES } from './differences.ts';
import { settingsOf } from './twin-client.ts';

const SHOWN = { undefined: 'takes it' } as Record<string, string>;

for (const twin of ['moto', 'localstack'] as const) {
  const client = () => new S3Client({ ...settingsOf(twin), forcePathStyle: true });

  describeObjectStore(`S3 of ${twin}`, async () => {
    const s3 = client();
    await s3.send(new CreateBucketCommand({ Bucket: 'contract' }));
    const close = async () => s3.destroy();
    return { store: createS3ObjectStore({ client: s3, bucket: 'contract' }), close };
  });

  describe(`the rules of S3 in ${twin}`, () => {
    const s3 = client();
    const found: Record<string, string> = {};
    beforeAll(async () => {
      await s3.send(new CreateBucketCommand({ Bucket: 'rules' }));
      await prepareRules(s3, 'rules');
    });
    afterAll(() => s3.destroy());

    it('are those of our double, but for the differences that are explained', async () => {
      for (const [about, rules] of Object.entries(S3_RULES)) {
        for (const rule of rules) {
          const answer = await ruleAnswer(s3, 'rules', rule);
          if (answer !== rule.refusal)
            found[`${about}: ${rule.name}`] = SHOWN[String(answer)] ?? String(answer);
        }
      }
      const explained = Object.entries(S3_DIFFERENCES[twin]).map(([name, [answer]]) => [name, answer]);
      expect(found).toEqual(Object.fromEntries(explained));
    });
  });
}
