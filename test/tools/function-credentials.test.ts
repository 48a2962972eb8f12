import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultProvider } from '../../tools/bundle/function-credentials.ts';

describe('credentials of a bundled function', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('are those that Lambda puts into its environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'of the role');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'for a few hours');
    expect(await defaultProvider()()).toEqual({
      accessKeyId: 'of the role',
      secretAccessKey: 'secret',
      sessionToken: 'for a few hours',
    });
  });

  it('are looked for nowhere else', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_PROFILE', 'somebody');
    await expect(defaultProvider()()).rejects.toThrow('no credentials in the environment');
  });
});
