import { html, type Markup, type MarkupValue } from '../../look/markup.ts';
import type { ByteAccount, BytePiece } from '../byte-account.ts';

const WIDTH = 1000;
const LABEL = 210;
const RIGHT = 110;
const ROW = 26;
const MOST_ROWS = 30;
const NAME_CHARACTERS = 30;
/** A header of a hundred bytes before gigabytes of details is seen all the same. */
const LEAST_WIDTH = 4;
const KINDS: Record<BytePiece['kind'], string> = {
  before: 's4',
  header: 's3',
  ranges: 's2',
  trailer: 's3',
  rest: 'edge',
};

/** The classes of the pieces, for a legend. */
export const BYTE_KINDS = KINDS;

/** A bar for each file: header, ranges with their cuts, trailer, rest, each as long as its share of the file. */
export function byteChart(
  accounts: ByteAccount[],
  sizeText: (bytes: number) => string,
  description: string,
): Markup {
  const rows = accounts.slice(0, MOST_ROWS);
  return html`<svg viewBox="0 0 ${WIDTH} ${rows.length * ROW + 4}" role="img" aria-label="${description}">${rows.map((account, index) => accountRow(account, index * ROW + 4, sizeText))}</svg>`;
}

function accountRow(
  { file, pieces, cuts, sizeBytes }: ByteAccount,
  y: number,
  sizeText: (bytes: number) => string,
): MarkupValue {
  const width = WIDTH - LABEL - RIGHT;
  const x = (byte: number) => LABEL + (byte / Math.max(1, sizeBytes)) * width;
  const name = file.slice(file.lastIndexOf('/') + 1);
  const short = name.length > NAME_CHARACTERS ? `…${name.slice(-NAME_CHARACTERS + 1)}` : name;
  const bars = pieces.map(({ kind, startByte, endByte }) => {
    const length = Math.max(LEAST_WIDTH, x(endByte) - x(startByte));
    // What stands at the end of a file grows to the left, so that it stays within it.
    const left =
      kind === 'trailer' || kind === 'rest' ? Math.min(x(startByte), LABEL + width - length) : x(startByte);
    return {
      order: kind === 'ranges' ? 0 : 1,
      bar: html`<rect class="${KINDS[kind]}" x="${left.toFixed(1)}" y="${y}" width="${length.toFixed(1)}" height="14"/>`,
    };
  });
  const path = cuts.map((cut) => `M${x(cut).toFixed(1)} ${y}v14`).join('');
  const lines = path !== '' && html`<path class="cut" d="${path}"/>`;
  return [
    html`<text x="0" y="${y + 11}">${short}</text>`,
    bars.filter(({ order }) => order === 0).map(({ bar }) => bar),
    lines,
    bars.filter(({ order }) => order === 1).map(({ bar }) => bar),
    html`<text x="${WIDTH}" y="${y + 11}" text-anchor="end">${sizeText(sizeBytes)}</text>`,
  ];
}
