import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import GithubSlugger from 'github-slugger';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../bin/commands.ts';

const PLACES = ['*.md', 'docs/**/*.md', 'analytics/**/*.md', 'library/**/*.md', 'connector/**/*.md'];

describe('documents', () => {
  it('link to files and headings that are there', async () => {
    const documents = await documentsByPath();
    const broken = [...documents].flatMap(([path, text]) =>
      linksOf(text)
        .filter((link) => !leadsSomewhere(path, link, documents))
        .map((link) => `${path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('name npm scripts and commands that are there', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8'));
    const unknown = [...(await documentsByPath())].flatMap(([path, text]) =>
      [
        ...wordsAfter(/\bnpm run (?:-s )?([a-z][a-z0-9:-]*)/g, text).filter((name) => !(name in scripts)),
        ...wordsAfter(/\bnpx positional-lake ([a-z][a-z-]*)/g, text).filter(
          (name) => !COMMANDS.some((command) => command.name === name),
        ),
      ].map((name) => `${path}: ${name}`),
    );
    expect(unknown).toEqual([]);
  });
});

async function documentsByPath(): Promise<Map<string, string>> {
  const paths = await Array.fromAsync(glob(PLACES));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)));
}

/** Targets of links that lead to a place of this repository. */
function linksOf(text: string): string[] {
  const prose = withoutBlocks(text).replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(from: string, link: string, documents: ReadonlyMap<string, string>): boolean {
  const [file, heading] = link.split('#');
  const path = file ? normalize(join(dirname(from), file)) : from;
  if (!existsSync(path)) return false;
  return heading === undefined || headingsOf(documents.get(path) ?? '').has(heading);
}

/** As GitHub names them in addresses. */
function headingsOf(text: string): Set<string> {
  const slugger = new GithubSlugger();
  const headings = withoutBlocks(text).matchAll(/^#{1,6} (.*)$/gm);
  return new Set(Array.from(headings, ([, heading]) => slugger.slug(heading!)));
}

function withoutBlocks(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, '');
}

function wordsAfter(pattern: RegExp, text: string): string[] {
  return Array.from(text.matchAll(pattern), ([, word]) => word!);
}
