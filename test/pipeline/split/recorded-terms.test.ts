import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { plannedTerms, recordTerms, refusedByTerms } from '../../../shared/pipeline/split/hold-to-terms.ts';
import { isRefusal } from '../../../shared/refusal.ts';
import { dayManifest, smallLayout } from '../../support/small-contracts.ts';
import { DATE, KEY } from '../../support/small-day.ts';
import { testPorts } from '../../support/test-ports.ts';

const MANIFEST = 'day_20250812.ctl';
const announced = readLayout(smallLayout({ day: { manifest: 'day_{yyyyMMdd}.ctl' } }), 'small.json');
const silent = readLayout(smallLayout(), 'small.json');

function terms() {
  const raw = new MemoryObjectStore();
  const lake = new MemoryObjectStore();
  const ports = { ...testPorts(raw, lake), lake };
  const record = async (layout = announced, force?: boolean) => {
    const recorded = await recordTerms(ports, layout, { file: 'small.json', text: '{}' }, DATE, KEY, force);
    return isRefusal(recorded) ? recorded : recorded.value;
  };
  return { raw, ports, record };
}

describe('the terms of a day', () => {
  it('hold the day manifest that lies beside the data, and keep it when it is removed', async () => {
    const { raw, record } = terms();
    expect(await record()).toMatchObject({ manifestKey: MANIFEST });
    raw.replace(MANIFEST, dayManifest([{ name: KEY, sizeBytes: 7 }], { businessDate: DATE }));
    const kept = await record();
    expect(kept).toMatchObject({ manifest: { key: MANIFEST } });
    await raw.delete([MANIFEST]);
    expect(await record()).toMatchObject({ manifest: { key: MANIFEST } });
  });

  it('give up a day manifest that the layout no longer announces', async () => {
    const { raw, record } = terms();
    raw.replace(MANIFEST, dayManifest([{ name: KEY, sizeBytes: 7 }]));
    expect(await record()).toHaveProperty('manifest.key', MANIFEST);
    expect(await record(silent)).not.toHaveProperty('manifest.key');
  });

  it.each([
    [
      'of another date',
      dayManifest([{ name: KEY, sizeBytes: 7 }], { businessDate: '2025-08-13' }),
      /for 2025-08-13/,
    ],
    ['that is no day manifest', Buffer.from('{'), /cannot be used/],
    ['of more than 4 MiB', Buffer.alloc(4 * 1024 * 1024 + 1, ' '), /4194305 bytes, more than 4194304/],
    ['of 4 MiB of blanks', Buffer.alloc(4 * 1024 * 1024, ' '), /cannot be used: (?!it has)/],
  ])('refuse a file beside a day manifest %s', async (_, bytes, what) => {
    const { raw, record } = terms();
    raw.replace(MANIFEST, bytes);
    expect(await record()).toMatchObject({
      code: 'day-manifest-invalid',
      message: expect.stringMatching(what),
    });
  });

  it('say up to five things that are wrong with a day manifest', async () => {
    const { raw, record } = terms();
    const files = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => ({ name, sizeBytes: 'much' }));
    raw.replace(MANIFEST, dayManifest(files));
    const refused = await record();
    if (!isRefusal(refused)) throw new Error('taken');
    const told = [0, 1, 2, 3, 4].map((index) => expect.stringContaining(`files[${index}]`));
    const problems = refused.message.split('; ');
    expect(problems).toEqual(told);
  });

  it('that cannot be read are written anew only by force', async () => {
    const { ports, record } = terms();
    await record();
    const [key = ''] = ports.lake.keys();
    ports.lake.replace(key, ports.lake.bytesOf(key).slice(0, -5));
    await expect(record()).rejects.toMatchObject({ name: 'ObjectDamaged' });
    expect(await record(announced, true)).toMatchObject({ manifestKey: MANIFEST });
    expect(await record()).toMatchObject({ manifestKey: MANIFEST });
  });

  it('keep the number of files that a stage expects', async () => {
    const { ports, record } = terms();
    Object.assign(ports.settings, { expectedFiles: 3 });
    expect(await record()).toHaveProperty('expectedFiles', 3);
    Object.assign(ports.settings, { expectedFiles: undefined });
    expect(await record()).toHaveProperty('expectedFiles', 3);
  });
});

describe('what a plan keeps of the terms', () => {
  const layout = { file: 'f', text: '', fingerprint: 'x' };
  const manifest = { key: MANIFEST, version: 'v', file: { files: [] } } as never;
  it.each([
    ['nothing', {}, {}],
    ['that a day manifest is announced', { manifestKey: MANIFEST }, { hasManifest: true }],
    ['that one was given', { manifest }, { hasManifest: true }],
    ['how many files are expected', { expectedFiles: 0 }, { expectedFiles: 0 }],
  ])('is %s', (_, value, kept) => {
    expect(plannedTerms({ number: 4, value: { layout, ...value } as never })).toEqual({ number: 4, ...kept });
  });
});

it('a file that no day manifest names is refused, and one of a day without a day manifest is not', () => {
  const source = { key: KEY, version: 'v', sizeBytes: 7, pin: 'v' } as never;
  const value = (name: string, sizeBytes: number) =>
    ({ manifest: { key: MANIFEST, version: 'v', file: { files: [{ name, sizeBytes }] } } }) as never;
  expect(refusedByTerms({} as never, source)).toBeUndefined();
  expect(refusedByTerms(value(KEY, 7), source)).toBeUndefined();
  expect(refusedByTerms(value(KEY, 8), source)).toMatchObject({ code: 'size-mismatch' });
  expect(refusedByTerms(value('g.txt', 7), source)).toMatchObject({ code: 'not-in-day-manifest' });
});
