import { buildPage, type PageFiles } from './build-page.ts';

/** The compiled page; in the package it was compiled before (tools/package/built-page.ts). */
export function pageFiles(): Promise<PageFiles> {
  return buildPage();
}
