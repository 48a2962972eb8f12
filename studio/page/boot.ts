/** What the server writes into the page; a page that stands alone says so. */
interface Boot {
  mode: 'served' | 'alone';
  version: string;
  /** Files that were named with the command. */
  files: string[];
  layout: string | undefined;
  lake: string | undefined;
  folder: string;
  /** Of the styles that the editor adds. */
  styleNonce: string;
}

export const boot: Boot = JSON.parse(document.getElementById('boot')?.textContent ?? '{}');
/** True if a server is there to open, save and convert. */
export const isServed = boot.mode === 'served';
