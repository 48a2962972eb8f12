import { createHash } from 'node:crypto';
import { embeddedJson, html, type Markup, rawElement } from '../../shared/look/markup.ts';
import type { PageFiles } from '../build/build-page.ts';

/** What the page is told before it asks for anything. */
export interface PageBoot {
  mode: 'served' | 'alone';
  version: string;
  files: string[];
  layout: string | undefined;
  lake: string | undefined;
  folder: string;
}

/** The editor adds styles with it. Nothing else is ever written into such a page. */
const ALONE_NONCE = 'editor';
const TITLE = 'positional-lake studio';

/** The policy of the served page: it runs our script alone, and reaches nothing but this server. */
export function servedPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    'worker-src blob:',
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "frame-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export function servedPage(boot: PageBoot, nonce: string): string {
  const links = html`<link rel="stylesheet" href="page.css"><script defer src="page.js"></script>`;
  return document(links, { ...boot, styleNonce: nonce });
}

/** The page as one file that may load nothing and connect to nothing: the browser holds it to that by the policy in its head. */
export function pageAlone({ script, style }: PageFiles, boot: PageBoot): string {
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}' 'wasm-unsafe-eval'`,
    'worker-src blob:',
    `style-src '${hashOf(style)}' 'nonce-${ALONE_NONCE}'`,
    "connect-src 'none'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const head = html`<meta http-equiv="Content-Security-Policy" content="${policy}">${rawElement('style', style)}`;
  return document(head, { ...boot, styleNonce: ALONE_NONCE }, rawElement('script', script));
}

function document(
  head: Markup,
  boot: PageBoot & { styleNonce: string },
  ending: Markup | false = false,
): string {
  const usual = html`<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark"><title>${TITLE}</title><link rel="icon" href="data:,">`;
  const body = html`<div id="root"></div>${embeddedJson('boot', JSON.stringify(boot))}${ending}`;
  return `<!doctype html>\n${html`<html lang="en"><head>${usual}${head}</head><body>${body}</body></html>`}\n`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
