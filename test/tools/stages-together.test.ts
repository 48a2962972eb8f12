import { expect, it } from 'vitest';
import { checkTogether } from '../../tools/check-deploy/stages-together.ts';

const stage = (name: string, bucket: string, reserved: number) => ({
  stage: name,
  template: {
    Resources: {
      RawBucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { 'Fn::Sub': bucket } } },
      Parser: { Type: 'AWS::Lambda::Function', Properties: { ReservedConcurrentExecutions: reserved } },
    },
  },
});

it('stages of one account share what it has', () => {
  const { problems } = checkTogether([stage('dev', 'raw-dev', 160), stage('prod', 'raw-prod', 800)]);
  expect(problems).toMatchObject([
    { where: 'dev 160, prod 800', what: expect.stringContaining('reserve 960') },
  ]);
  expect(checkTogether([stage('dev', 'raw-dev', 0), stage('prod', 'raw-prod', 800)]).problems).toEqual([]);
});

it('stages of one account do not name two resources alike', () => {
  const { problems } = checkTogether([stage('dev', 'raw', 0), stage('prod', 'raw', 0)]);
  expect(problems).toMatchObject([
    { where: 'prod RawBucket', what: "has the name of dev's: AWS::S3::Bucket BucketName raw" },
  ]);
});
