import { describe, expect, it } from 'vitest';
import { deployedDefinition } from '../../../local/state-machine/definition.ts';
import { withRetryPolicies } from '../../../local/state-machine/retry-policies.ts';

const PASSING = { ErrorEquals: ['States.Timeout'], MaxAttempts: 5 };
const child = { Type: 'Task', Retry: ['Passing'], End: true };
const source = {
  RetryPolicies: { Comment: 'not a policy', Passing: PASSING },
  StartAt: 'Map',
  States: { Map: { Type: 'Map', ItemProcessor: { StartAt: 'Child', States: { Child: child } } } },
};

describe('retry policies', () => {
  it('take the place of their names, in states of a map too', () => {
    const retried = { ...child, Retry: [PASSING] };
    expect(withRetryPolicies(source, 'here')).toEqual({
      StartAt: 'Map',
      States: { Map: { Type: 'Map', ItemProcessor: { StartAt: 'Child', States: { Child: retried } } } },
    });
  });

  it('leave a definition that holds whole retriers alone', () => {
    const whole = { StartAt: 'A', States: { A: { Type: 'Task', Retry: [PASSING], End: true } } };
    expect(withRetryPolicies(whole, 'here')).toEqual(whole);
  });

  it.each(['Pasing', 'Comment'])('that do not exist are named: %s', (name) => {
    const wrong = { ...source, States: { A: { Type: 'Task', Retry: [name] } } };
    expect(() => withRetryPolicies(wrong, 'here')).toThrow(`here: a state names the retry policy '${name}'`);
  });

  it('are not part of what is deployed', async () => {
    expect(await deployedDefinition()).not.toHaveProperty('RetryPolicies');
  });
});
