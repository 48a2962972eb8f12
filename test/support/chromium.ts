import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** The Chromium that `npm run test:pages` found. As root, as in containers, it has no sandbox to run in. */
export async function startChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM;
  if (executablePath === undefined) throw new Error('start it with: npm run test:pages');
  const args = ['--force-color-profile=srgb', '--font-render-hinting=none', '--disable-gpu'];
  return chromium.launch({ executablePath, args, chromiumSandbox: process.getuid?.() !== 0 });
}

/** A page that notes each request and each thing that the browser refused or reported. */
export interface WatchedPage {
  page: Page;
  /** Addresses of all requests. */
  requests: string[];
  /** Errors of scripts, of the console, and what the security policy stopped. */
  faults: string[];
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1120, height: 900 }, ...options });
  const page = await context.newPage();
  const requests: string[] = [];
  const faults: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  return { page, requests, faults };
}

interface AxeViolation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds wrong with a page for people who cannot see it or use no mouse, one line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Through the debugger, which no policy of the page holds back.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const violations = await page.evaluate(
    async () =>
      (await (globalThis as { axe?: { run(): Promise<{ violations: AxeViolation[] }> } }).axe?.run())
        ?.violations ?? [],
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 200)}`),
  );
}
