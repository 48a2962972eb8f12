import { test } from 'vitest';
import { PAGE_CODECS } from '../../shared/layout/layout.ts';
import { expectForeignFrameRead, expectPagesRead } from '../support/stored-pages.ts';

test.each(
  PAGE_CODECS,
)('pages in %s are read back, and damaged ones are refused or have the length they say', (codec) => {
  expectPagesRead(codec, 150);
});

test('a page in Zstandard of another form is read too', () => {
  expectForeignFrameRead();
});
