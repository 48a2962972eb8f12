import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ebcdicFile } from './ebcdic-file.ts';
import { TASK } from './person-task.ts';
import { openInBrowser } from './studio-browser.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/studio.md', import.meta.url));
const PICTURES = fileURLToPath(new URL('../../docs/studio/', import.meta.url));
const [BEGIN, END] = ['<!-- task: npm run studio:docs writes it -->', '<!-- end of task -->'];

/** Does a person's task in a browser at a person's pace, and writes it with its times and pictures into docs/studio.md. */
async function writeTask(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'extrato-'));
  try {
    const file = join(folder, 'EXTRATO.BIN');
    await writeFile(file, ebcdicFile(3000));
    await using opened = await openInBrowser(folder, [file]);
    if (!opened) {
      console.log(
        'studio:docs was skipped: there is no Chromium here (apt-get install chromium, or CHROMIUM=PATH).',
      );
      return;
    }
    await mkdir(PICTURES, { recursive: true });
    const parts: string[] = [];
    let total = 0;
    for (const [index, { title, text, picture, act }] of TASK.entries()) {
      const begun = performance.now();
      await act(opened.page, folder);
      const seconds = (performance.now() - begun) / 1000;
      total += seconds;
      await opened.page.screenshot({ path: join(PICTURES, `${picture}.png`) });
      parts.push(
        `### ${index + 1}. ${title} (${seconds.toFixed(0)} s)\n\n${text}\n\n![${title}](studio/${picture}.png)`,
      );
      console.log(`${title}: ${seconds.toFixed(1)} s`);
    }
    parts.push(`Together ${total.toFixed(0)} seconds.`);
    const document = await readFile(DOCUMENT, 'utf8');
    const [before = '', after = ''] = [document.split(BEGIN)[0], document.split(END)[1]];
    await writeFile(DOCUMENT, `${before}${BEGIN}\n\n${parts.join('\n\n')}\n\n${END}${after}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await writeTask();
