import type { Chances } from '../../chaos/fault-plan.ts';
import type { SenderPage } from './sender-page.ts';
import { type Cell, filledTo, oneOf, type SheetField } from './sheet-field.ts';

/** A text field, filled up with blanks at its end. */
export function textField(name: string, page: SenderPage, chances: Chances): SheetField {
  const widthBytes = 3 + chances.below(14);
  const characters = [...page.characters];
  return {
    name,
    widthBytes,
    entry: { type: 'string' },
    isText: true,
    draw(random: Chances): Cell {
      const most = random.below(widthBytes + 1);
      const bytes: number[] = [];
      let text = '';
      while (random.happens(0.9)) {
        const character = random.happens(0.1) && text !== '' ? ' ' : random.of(characters);
        const next = page.bytesOf(character);
        if (bytes.length + next.length > most) break;
        bytes.push(...next);
        text += character;
      }
      const meant = text.replace(/ +$/, '');
      const filled = filledTo(widthBytes, bytes, page.space, 'end') ?? [];
      return { meant: meant === '' ? null : meant, bytes: filled };
    },
    misspell(random, { meant }) {
      const bytes = meant === null ? [] : page.bytesOf(meant);
      if (bytes.length === widthBytes) return undefined;
      const filled = (fill: number) => filledTo(widthBytes, bytes, fill, 'end');
      const [firstOfPair] = page.noBreakSpace;
      return oneOf(random, widthBytes, [
        ['text filled up with NULs', filled(0)],
        ['text filled up with control characters', filled(0x01 + random.below(8))],
        [
          'text filled up with no-break spaces',
          page.noBreakSpace.length === 1 && firstOfPair !== undefined ? filled(firstOfPair) : undefined,
        ],
        ['text with a NUL at its end, then blanks', filledTo(widthBytes, [...bytes, 0], page.space, 'end')],
      ]);
    },
  };
}

/** An identifier of the record: digits as text. Damage leaves it alone, so that a row can be held against its record. */
export function idField(page: SenderPage): SheetField & { cellOf(id: number): Cell } {
  const widthBytes = 7;
  const cellOf = (id: number): Cell => {
    const meant = String(id).padStart(widthBytes, '0');
    return { meant, bytes: page.bytesOf(meant) };
  };
  return {
    name: 'id',
    widthBytes,
    entry: { type: 'string', required: true },
    isText: true,
    draw: () => cellOf(0),
    cellOf,
    misspell: () => undefined,
  };
}

/** A yes or no. */
export function flagField(name: string, page: SenderPage): SheetField {
  return {
    name,
    widthBytes: 1,
    entry: { type: 'boolean' },
    isText: false,
    draw(random) {
      const isTrue = random.happens(0.5);
      return { meant: String(isTrue), bytes: page.bytesOf(isTrue ? 'S' : 'N') };
    },
    misspell: (random) =>
      oneOf(random, 1, [
        ['flag of another language', page.bytesOf(random.of(['X', 'J', '-']))],
        ['flag that is a NUL', [0]],
      ]),
  };
}
