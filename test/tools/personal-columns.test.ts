import { describe, expect, it } from 'vitest';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { datasetsOf, type Layout } from '../../shared/layout/layout.ts';
import { maskedView } from '../../tools/template/masked-view.ts';
import { saysWhatIsPersonal, shownColumns } from '../../tools/template/personal-columns.ts';

/** Clients, their accounts with lists, and the guarantors of those as rows of their own. */
function bank({ holder, document }: { holder?: unknown; document?: unknown }): Layout {
  const said = (personal: unknown) => (personal === undefined ? {} : { personal });
  const text = { type: 'string' };
  return readLayout(
    JSON.stringify({
      name: 'bank',
      encoding: 'us-ascii',
      record: { format: 'lines', length: 40, short: 'pad' },
      recordTypes: [
        {
          name: 'client',
          match: { start: 1, end: 1, equals: 'C' },
          fields: [
            { name: 'document', start: 2, end: 12, ...text, ...said(document) },
            { name: 'holder', start: 13, end: 22, ...text, ...said(holder) },
            { name: 'branch', start: 23, end: 26, ...text },
          ],
        },
        {
          name: 'account',
          parent: 'client',
          match: { start: 1, end: 1, equals: 'A' },
          fields: [
            { name: 'owner', fromParent: 'holder' },
            { name: 'owner_document', fromParent: 'document' },
            { name: 'number', start: 2, end: 5, ...text },
            { name: 'phones', start: 6, end: 13, ...text, ...said(document), occurs: { count: 2 } },
            {
              ...{ name: 'heirs', start: 22, end: 26, occurs: { count: 2 } },
              fields: [
                { name: 'heir', start: 22, end: 25, ...text, ...said(holder) },
                { name: 'share', start: 26, end: 26, type: 'integer' },
              ],
            },
            {
              ...{ name: 'guarantors', start: 32, end: 35 },
              occurs: { count: 2, as: 'rows', dataset: 'guarantor', keys: ['owner', 'number'] },
              fields: [{ name: 'guarantor', start: 32, end: 35, ...text }],
            },
          ],
        },
      ],
    }),
    'bank.json',
  );
}

describe('columns that a layout calls personal', () => {
  const layout = bank({ holder: true, document: 'last-two' });

  it('stay personal wherever the field is copied, listed, or a key of another table', () => {
    const hidden = datasetsOf(layout).map(({ name, columns }) => [
      name,
      Object.fromEntries(
        shownColumns(columns).flatMap(({ name: column, shown }) =>
          shown === 'whole' ? [] : [[column, shown]],
        ),
      ),
    ]);
    expect(Object.fromEntries(hidden)).toEqual({
      client: { document: 'last-two', holder: 'left-out' },
      // The last two characters of a list are those of no value: it is left out.
      account: { owner: 'left-out', owner_document: 'last-two', phones: 'left-out', heirs: 'left-out' },
      guarantor: { owner: 'left-out' },
    });
  });

  it('are not in the masked view, or end in two characters there', () => {
    const [client] = datasetsOf(layout);
    const view = maskedView('client', client!.columns, 'lake')!;
    const { ViewOriginalText: text } = (view.Properties as { TableInput: Record<string, string> }).TableInput;
    const encoded = /\/\* Presto View: (.*) \*\//.exec(text!)![1]!;
    expect(JSON.parse(Buffer.from(encoded, 'base64').toString()).originalSql).toBe(
      "SELECT concat('***', substr(document, greatest(length(document) - 1, 1))) AS document, branch, year, month, day FROM client",
    );
  });

  it('are looked for in layouts that say so of at least one field', () => {
    const says = (of: Layout) => datasetsOf(of).map(({ columns }) => saysWhatIsPersonal(columns));
    expect(says(layout)).toEqual([true, true, true]);
    expect(says(bank({ holder: false }))).toEqual([true, true, true]);
    expect(says(bank({}))).toEqual([false, false, false]);
    expect(maskedView('client', datasetsOf(bank({ holder: false }))[0]!.columns, 'lake')).toBeUndefined();
  });

  it('change no row: nothing is converted again', () => {
    expect(layout.fingerprint).toBe(bank({}).fingerprint);
  });

  it.each([
    ['a wrong value', { holder: 'yes' }, /personal/],
    ['a word', { document: 'last-three' }, /personal/],
  ])('are refused with %s', (_, of, message) => {
    expect(() => bank(of)).toThrow(message);
  });
});
