import type { VariableContext } from './project-layouts.ts';

/** Who may use the key of files, tables and messages, by its own policy. */
export async function dataKeyStatements({ resolveVariable }: VariableContext): Promise<unknown[]> {
  const modules = (await resolveVariable('self:custom.stage.modules')) as Record<string, unknown>;
  return [ROLES_OF_THE_ACCOUNT, ALARMS, ...(modules.macie ? [MACIE] : [])];
}

const ROLES_OF_THE_ACCOUNT = {
  Sid: 'RolesOfTheAccountByTheirPolicies',
  Effect: 'Allow',
  Principal: { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' } },
  Action: 'kms:*',
  Resource: '*',
};
const ALARMS = {
  Sid: 'AlarmsTellTopics',
  Effect: 'Allow',
  Principal: { Service: 'cloudwatch.amazonaws.com' },
  Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
  Resource: '*',
  Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
};
/**
 * Macie reads with a role of its own, whose policy we cannot change, and finds what this key encrypts unreadable unless the key's policy
 * names the role: https://docs.aws.amazon.com/macie/latest/user/discovery-supported-encryption-types.html
 * A principal must exist when a key's policy is written, and this role comes with Macie's session; so a condition names it.
 */
const MACIE = {
  Sid: 'MacieReads',
  Effect: 'Allow',
  Principal: { AWS: '*' },
  Action: ['kms:Decrypt', 'kms:DescribeKey'],
  Resource: '*',
  Condition: {
    ArnEquals: {
      'aws:PrincipalArn': {
        'Fn::Sub':
          'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie',
      },
    },
  },
};
