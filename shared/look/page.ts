import { createHash } from 'node:crypto';
import { html, type Markup, rawElement } from './markup.ts';

interface Page {
  /** As `lang` of the document: `en`, `pt-BR`. */
  language: string;
  title: string;
  /** Texts of our own, without any value. */
  styles: readonly string[];
  script?: string | undefined;
  body: Markup;
}

/**
 * A whole page that stands alone: it may load nothing from anywhere, run nothing but its own script, and send nothing. The browser holds
 * it to that by the policy in its head, which names style and script by their hashes.
 */
export function pageText({ language, title, styles, script, body }: Page): string {
  const style = styles.join('\n');
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(style)}'`,
    `script-src ${script === undefined ? "'none'" : `'${hashOf(script)}'`}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const head = html`<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">`;
  const ending = script !== undefined && rawElement('script', script);
  const page = html`<html lang="${language}"><head>${head}<title>${title}</title>${rawElement('style', style)}</head><body>${body}${ending}</body></html>`;
  return `<!doctype html>\n${page}\n`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
