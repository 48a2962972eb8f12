import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Page } from 'playwright-core';
import { type Pixels, pixelsOf, pngOf } from './png.ts';

/** Of the pixels, so many may differ: letters are drawn a little differently by each version of the browser. */
const MOST_DIFFERENT = 0.02;
/** A colour differs if a part of it does by more than this, of 255. */
const FAR = 64;
/** A page that grew by a line is compared as far as both go. */
const MOST_LONGER = 40;

/** Pictures are kept anew: `npm run test:pages -- -u`. */
const isKept = process.env.KEEP_PICTURES !== undefined;

/** Compares what a page looks like with the picture that somebody looked at and kept; undefined if they are the same, else what to do. */
export async function pictureDifference(page: Page, path: string): Promise<string | undefined> {
  const shot = pngOf(pixelsOf(await page.screenshot({ fullPage: true, animations: 'disabled' })));
  const known = isKept ? undefined : await readFile(path).catch(() => undefined);
  if (!known) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, shot);
    return isKept ? undefined : `${path} was not there, and is now: look at it, and run the test again`;
  }
  const share = differentShare(pixelsOf(known), pixelsOf(shot));
  if (share <= MOST_DIFFERENT) return undefined;
  const actual = path.replace(/\.png$/, '.actual.png');
  await writeFile(actual, shot);
  const much = share > 1 ? 'another size' : `${(share * 100).toFixed(1)} % of its pixels are others`;
  return `${path}: ${much}. Look at ${actual}; if it is right: npm run test:pages -- -u`;
}

/** Share of the pixels that a person would see as others; more than 1 for pictures of other sizes. */
function differentShare(one: Pixels, two: Pixels): number {
  if (one.width !== two.width || Math.abs(one.height - two.height) > MOST_LONGER) return 2;
  const pixelCount = one.width * Math.min(one.height, two.height);
  let different = 0;
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const at = pixel * 3;
    const isFar = [0, 1, 2].some((part) => Math.abs(one.rgb[at + part]! - two.rgb[at + part]!) > FAR);
    if (isFar) different++;
  }
  return different / pixelCount;
}
