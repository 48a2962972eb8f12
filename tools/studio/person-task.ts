import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** One thing that a person does, with what is written about it. */
interface TaskStep {
  title: string;
  text: string;
  picture: string;
  act(page: Page, folder: string): Promise<void>;
}

/** A person looks before each click, and types five keys a second. */
const LOOK_MS = 1500;
const KEY_MS = 200;

async function click(page: Page, selector: string): Promise<void> {
  await page.waitForSelector(selector);
  await page.waitForTimeout(LOOK_MS);
  await page.locator(selector).first().click();
}

async function type(page: Page, selector: string, text: string): Promise<void> {
  await click(page, selector);
  await page.locator(selector).first().fill('');
  await page.keyboard.type(text, { delay: KEY_MS });
  await page.keyboard.press('Tab');
}

async function dragEnd(page: Page, column: string, positions: number): Promise<void> {
  const boundary = page.locator(`.boundary[data-column="${column}"]`).first();
  await page.waitForTimeout(LOOK_MS);
  const box = await boundary.boundingBox();
  const probe = await page.locator('.probe').boundingBox();
  if (!box || !probe) throw new Error(`${column} has no boundary`);
  const x = box.x + box.width / 2;
  const y = box.y + box.height / 2;
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + (probe.width / 100) * positions, y, { steps: 8 });
  await page.mouse.up();
}

export const TASK: TaskStep[] = [
  {
    title: 'Open the file',
    text: '`npx positional-lake studio EXTRATO.BIN` prints an address; open it. The code page and the length of the records were found; nothing else is known. Letters are there, and bytes that are none.',
    picture: 'open',
    act: async (page) => {
      await page.waitForSelector('.values tbody tr td');
      await page.waitForTimeout(LOOK_MS);
    },
  },
  {
    title: 'Take the guess',
    text: '*Guess*, *Guess columns*: two record types, told apart by their first letter, with columns. *Why* says what speaks for each. Take them one by one, or *Take all of it*.',
    picture: 'guess',
    act: async (page) => {
      await click(page, '#tab-guess');
      await click(page, 'text=Guess columns');
      await click(page, 'summary');
      await click(page, 'text=Take all of it');
    },
  },
  {
    title: 'Look at the bytes, and drag what is wrong',
    text: '*bytes* shows the halves of each byte under its character: `D` above, or `C` below at the end of a number, is a packed sign. The agency has four digits, so the boundary after it is one position too far: drag it. Values change under the pointer.',
    picture: 'drag',
    act: async (page) => {
      await click(page, 'text=bytes');
      await dragEnd(page, 'column_2', -1);
      await click(page, '.kinds >> text=type_a');
      await dragEnd(page, 'column_2', -1);
      await click(page, '.kinds >> text=type_m');
    },
  },
  {
    title: 'Name and type',
    text: '*Column* has the name, the place and the type of the chosen column. The packed amount is money: `decimal(11,2)`.',
    picture: 'name',
    act: async (page) => {
      await click(page, '#tab-column');
      await click(page, '.column-name:has-text("column_42")');
      await type(page, '[name=name]', 'amount');
      await type(page, '[name=type]', 'decimal(11,2)');
      await click(page, '.column-name:has-text("column_22")');
      await type(page, '[name=name]', 'history');
      await click(page, '.column-name:has-text("column_2")');
      await type(page, '[name=name]', 'agency');
    },
  },
  {
    title: 'Sample the whole file',
    text: '*Sample* reads records from 40 places of the file. The kernel, which is what `convert` runs, takes all of them: nothing is rejected.',
    picture: 'sample',
    act: async (page) => {
      await click(page, '#tab-sample');
      await click(page, '#panel >> text=Sample the file');
      await page.waitForSelector('#panel table');
      await page.waitForTimeout(LOOK_MS);
    },
  },
  {
    title: 'Save and convert',
    text: '*Convert* saves the layout and does what `positional-lake convert` does with it.',
    picture: 'convert',
    act: async (page, folder) => {
      await type(page, '[name=layout-path]', join(folder, 'extrato.json'));
      await click(page, '#tab-convert');
      await type(page, '#panel [name=lake]', join(folder, 'lake'));
      await type(page, '[name=business-date]', '2025-08-12');
      await click(page, '#panel button.main');
      await page.waitForSelector('text=Query it', { timeout: 120_000 });
    },
  },
  {
    title: 'Ask',
    text: '*Query it* opens the lake. Names of tables and columns are completed.',
    picture: 'sql',
    act: async (page) => {
      await click(page, 'text=Query it');
      await click(page, '.sql-code .cm-content');
      await page.keyboard.press('Control+a');
      await page.keyboard.type('SELECT history, sum(amount) FROM type_m GROUP BY ALL ORDER BY 2', {
        delay: KEY_MS,
      });
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+Enter');
      await page.waitForSelector('.result tbody td');
      await page.waitForTimeout(LOOK_MS);
    },
  },
];
