/** What a figure is, and so how it is written. */
export type FigureKind = 'count' | 'money' | 'share' | 'number' | 'text' | 'date' | 'month';

/** A column of an answer as a dashboard shows it. */
export interface ShownColumn {
  column: string;
  kind: FigureKind;
  en: string;
  pt: string;
}

/** A picture or a table of the answer to one named query. */
export interface DashboardPart {
  query: string;
  en: string;
  pt: string;
  /** `columns` over time, `bars` by name; undefined: only the table. */
  chart?: { form: 'columns' | 'bars'; label: string; value: string };
  columns: ShownColumn[];
}

/** A figure above the parts: of the first part's rows the sum, that of the night (`last`), or how many there are. */
interface KeyFigure {
  column: string;
  of: 'sum' | 'last' | 'rows';
  kind: FigureKind;
  en: string;
  pt: string;
}

export interface Dashboard {
  name: string;
  en: string;
  pt: string;
  figures: KeyFigure[];
  parts: DashboardPart[];
}

const column = (name: string, kind: FigureKind, en: string, pt: string): ShownColumn => ({
  column: name,
  kind,
  en,
  pt,
});
const PRODUCT = column('product', 'text', 'Product', 'Produto');
const CONTRACTS = column('contracts', 'count', 'Contracts', 'Contratos');
const CUSTOMERS = column('customers', 'count', 'Customers', 'Clientes');
const VALUE = column('total_value', 'money', 'Value', 'Valor');

/** The five dashboards: each is drawn as a page here, and as a sheet of QuickSight. */
export const DASHBOARDS: readonly Dashboard[] = [
  {
    name: 'daily-volume',
    en: 'Daily volume',
    pt: 'Volume diário',
    figures: [
      {
        column: 'contracts',
        of: 'last',
        kind: 'count',
        en: 'Contracts of the last night',
        pt: 'Contratos da última noite',
      },
      {
        column: 'customers',
        of: 'last',
        kind: 'count',
        en: 'Customers of the last night',
        pt: 'Clientes da última noite',
      },
      {
        column: 'total_value',
        of: 'last',
        kind: 'money',
        en: 'Value of the last night',
        pt: 'Valor da última noite',
      },
    ],
    parts: [
      {
        query: 'daily-volume',
        en: 'Value by night',
        pt: 'Valor por noite',
        chart: { form: 'columns', label: 'night', value: 'total_value' },
        columns: [column('night', 'date', 'Night', 'Noite'), CONTRACTS, CUSTOMERS, VALUE],
      },
      {
        query: 'day-over-day',
        en: 'Change since the night before, by product',
        pt: 'Variação desde a noite anterior, por produto',
        chart: { form: 'bars', label: 'product', value: 'value_change' },
        columns: [
          PRODUCT,
          column('contracts_now', 'count', 'Contracts', 'Contratos'),
          column('new_contracts', 'count', 'New', 'Novos'),
          column('gone_contracts', 'count', 'Gone', 'Saídos'),
          column('value_now', 'money', 'Value', 'Valor'),
          column('value_change', 'money', 'Change', 'Variação'),
        ],
      },
    ],
  },
  {
    name: 'product-distribution',
    en: 'Products',
    pt: 'Produtos',
    figures: [
      { column: 'product', of: 'rows', kind: 'count', en: 'Products', pt: 'Produtos' },
      { column: 'contracts', of: 'sum', kind: 'count', en: 'Open contracts', pt: 'Contratos abertos' },
      {
        column: 'total_value',
        of: 'sum',
        kind: 'money',
        en: 'Value of open contracts',
        pt: 'Valor dos contratos abertos',
      },
    ],
    parts: [
      {
        query: 'product-distribution',
        en: 'Value of open contracts, by product',
        pt: 'Valor dos contratos abertos, por produto',
        chart: { form: 'bars', label: 'product', value: 'total_value' },
        columns: [
          PRODUCT,
          CONTRACTS,
          CUSTOMERS,
          VALUE,
          column('share_of_value', 'share', 'Share', 'Parcela'),
        ],
      },
      {
        query: 'penetration',
        en: 'Customers who have a product',
        pt: 'Clientes que têm o produto',
        chart: { form: 'bars', label: 'product', value: 'penetration' },
        columns: [
          PRODUCT,
          column('owners', 'count', 'Customers with it', 'Clientes com ele'),
          column('customers', 'count', 'Customers in all', 'Clientes ao todo'),
          column('penetration', 'share', 'Penetration', 'Penetração'),
        ],
      },
    ],
  },
  {
    name: 'top-clients',
    en: 'Top ten clients',
    pt: 'Dez maiores clientes',
    figures: [
      { column: 'total_value', of: 'sum', kind: 'money', en: 'Value of the ten', pt: 'Valor dos dez' },
      {
        column: 'share',
        of: 'sum',
        kind: 'share',
        en: 'Share of all open contracts',
        pt: 'Parcela de todos os contratos abertos',
      },
    ],
    parts: [
      {
        query: 'top-clients',
        en: 'Clients with the most value, masked, with a contract of each',
        pt: 'Clientes com maior valor, mascarados, com um contrato de cada um',
        chart: { form: 'bars', label: 'contract', value: 'total_value' },
        columns: [
          column('customer', 'text', 'Client', 'Cliente'),
          column('contract', 'text', 'A contract', 'Um contrato'),
          CONTRACTS,
          column('products', 'count', 'Products', 'Produtos'),
          VALUE,
          column('share', 'share', 'Share', 'Parcela'),
        ],
      },
    ],
  },
  {
    name: 'delinquency',
    en: 'Arrears by status',
    pt: 'Atraso pelo status',
    figures: [
      {
        column: 'in_arrears',
        of: 'sum',
        kind: 'count',
        en: 'Contracts in arrears',
        pt: 'Contratos em atraso',
      },
      { column: 'value_in_arrears', of: 'sum', kind: 'money', en: 'Value in arrears', pt: 'Valor em atraso' },
      { column: 'contracts', of: 'sum', kind: 'count', en: 'Open contracts', pt: 'Contratos abertos' },
    ],
    parts: [
      {
        query: 'delinquency',
        en: "Share of open contracts in arrears, by product. It follows the file's status, and is not the central bank's figure.",
        pt: 'Parcela de contratos abertos em atraso, por produto. Segue o status do arquivo, e não é o índice do Banco Central.',
        chart: { form: 'bars', label: 'product', value: 'share_of_contracts' },
        columns: [
          PRODUCT,
          CONTRACTS,
          column('in_arrears', 'count', 'In arrears', 'Em atraso'),
          column('share_of_contracts', 'share', 'Share of contracts', 'Parcela dos contratos'),
          column('value_in_arrears', 'money', 'Value in arrears', 'Valor em atraso'),
          column('share_of_value', 'share', 'Share of value', 'Parcela do valor'),
        ],
      },
      {
        query: 'nights-in-arrears',
        en: 'Contracts by nights in arrears, in a row',
        pt: 'Contratos por noites seguidas em atraso',
        chart: { form: 'columns', label: 'nights_in_arrears', value: 'contracts' },
        columns: [column('nights_in_arrears', 'count', 'Nights', 'Noites'), CONTRACTS, VALUE],
      },
      {
        query: 'roll-rates',
        en: 'From state to state since the night before',
        pt: 'De estado para estado desde a noite anterior',
        columns: [
          column('from_state', 'text', 'From', 'De'),
          column('to_state', 'text', 'To', 'Para'),
          CONTRACTS,
          VALUE,
          column('roll_rate', 'share', 'Share of those before', 'Parcela dos anteriores'),
        ],
      },
    ],
  },
  {
    name: 'renewals',
    en: 'Renewals',
    pt: 'Renovações',
    figures: [
      {
        column: 'contracts',
        of: 'sum',
        kind: 'count',
        en: 'Contracts that end within a year',
        pt: 'Contratos que vencem em um ano',
      },
      { column: 'total_value', of: 'sum', kind: 'money', en: 'Their value', pt: 'Valor deles' },
    ],
    parts: [
      {
        query: 'renewals-ahead',
        en: 'Open contracts that run out, by month',
        pt: 'Contratos abertos a vencer, por mês',
        chart: { form: 'columns', label: 'end_month', value: 'total_value' },
        columns: [column('end_month', 'month', 'Month', 'Mês'), CONTRACTS, VALUE],
      },
      {
        query: 'renewals',
        en: 'Renewed with the same product, of the contracts that ran out between two nights',
        pt: 'Renovados com o mesmo produto, dos contratos vencidos entre duas noites',
        chart: { form: 'bars', label: 'product', value: 'renewal_rate' },
        columns: [
          PRODUCT,
          column('ended', 'count', 'Ran out', 'Vencidos'),
          column('renewed', 'count', 'Renewed', 'Renovados'),
          column('renewal_rate', 'share', 'Rate', 'Taxa'),
          column('ended_value', 'money', 'Value', 'Valor'),
        ],
      },
      {
        query: 'renewal-forecast',
        en: 'Expected in the next 30 days, if customers go on as before',
        pt: 'Esperado nos próximos 30 dias, se os clientes seguirem como antes',
        columns: [
          PRODUCT,
          column('ending', 'count', 'Run out', 'A vencer'),
          column('renewal_rate', 'share', 'Rate', 'Taxa'),
          column('expected_renewals', 'number', 'Expected renewals', 'Renovações esperadas'),
          column('ending_value', 'money', 'Value', 'Valor'),
        ],
      },
    ],
  },
];
