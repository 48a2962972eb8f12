import { type Check, listOf, type Problem } from './template.ts';

/** Characters without blanks: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MANAGED_POLICY_LIMIT = 6144;
/** All policies within one role together. */
const INLINE_POLICIES_LIMIT = 10_240;
const KEY_POLICY_LIMIT = 32_768;
const MANAGED_POLICIES_OF_A_ROLE = 10;
/** Characters that a reference becomes at most: an ARN with a name of 64 characters. */
const REFERENCE = 'x'.repeat(110);

/** Policies fit in IAM's limits, however many layouts there are, and no role has more than it may. */
export const policySizes: Check = {
  name: 'sizes of policies',
  run({ template }) {
    const problems: Problem[] = [];
    const must = (where: string, size: number, limit: number, of: string) => {
      if (size > limit) problems.push({ where, what: `has ${size} ${of}, and IAM takes ${limit}` });
    };
    const attached = new Map<string, number>();
    const attach = (role: unknown, count: number) => {
      const id = String((role as { Ref?: string }).Ref ?? role);
      attached.set(id, (attached.get(id) ?? 0) + count);
    };
    let looked = 0;
    for (const [id, { Type, Properties = {} }] of Object.entries(template.Resources)) {
      if (Type === 'AWS::IAM::ManagedPolicy') {
        must(id, sizeOf(Properties.PolicyDocument), MANAGED_POLICY_LIMIT, 'characters');
        for (const role of listOf(Properties.Roles)) attach(role, 1);
      } else if (Type === 'AWS::IAM::Role') {
        const size = listOf(Properties.Policies).reduce(
          (sum, policy) => sum + sizeOf(policy.PolicyDocument),
          0,
        );
        must(id, size, INLINE_POLICIES_LIMIT, 'characters');
        attach({ Ref: id }, listOf(Properties.ManagedPolicyArns).length);
      } else if (Type === 'AWS::KMS::Key')
        must(id, sizeOf(Properties.KeyPolicy), KEY_POLICY_LIMIT, 'characters');
      else continue;
      looked++;
    }
    for (const [role, count] of attached) must(role, count, MANAGED_POLICIES_OF_A_ROLE, 'managed policies');
    return { looked, problems };
  },
};

/** Characters of a policy once its references are resolved. */
function sizeOf(document: unknown): number {
  return JSON.stringify(resolved(document))?.replace(/\s/g, '').length ?? 0;
}

function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  if (name === 'Ref' || name === 'Fn::GetAtt') return REFERENCE;
  if (name === 'Fn::Sub') return subResolved(String(listOf(argument)[0]));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(inner)]));
}

/** `${AWS::AccountId}` is short; the ARN of a bucket is not longer than its name and `arn:aws:s3:::`. */
function subResolved(text: string): string {
  return text
    .replaceAll('${AWS::Partition}', 'aws')
    .replaceAll('${AWS::Region}', 'ap-southeast-1')
    .replaceAll('${AWS::AccountId}', '123456789012')
    .replace(/\$\{[^}]*\}/g, 'x'.repeat(76));
}
