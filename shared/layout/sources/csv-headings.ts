/** Headings that tables use for each column, as `columnName` writes them. */
export const HEADINGS = {
  name: [
    'name',
    'field',
    'nome',
    'campo',
    'variavel',
    'column',
    'nome_do_campo',
    'nome_campo',
    'field_name',
    'coluna',
  ],
  start: [
    ...[
      'start',
      'inicio',
      'from',
      'pos',
      'position',
      'posicao',
      'posicao_inicial',
      'pos_inicial',
      'pos_ini',
      'de',
    ],
    ...['inicial', 'coluna_inicial', 'posicoes', 'positions', 'start_position', 'begin'],
  ],
  end: [
    'end',
    'fim',
    'to',
    'final',
    'posicao_final',
    'pos_final',
    'pos_fim',
    'ate',
    'coluna_final',
    'end_position',
  ],
  length: [
    'length',
    'width',
    'tamanho',
    'largura',
    'size',
    'tam',
    'comprimento',
    'n_dig',
    'digitos',
    'bytes',
    'len',
  ],
  type: ['type', 'tipo', 'tipo_de_dado', 'tipo_dado', 'picture', 'pic', 'data_type'],
  format: ['format', 'formato', 'mascara'],
  decimals: ['decimals', 'decimais', 'casas_decimais', 'n_dec', 'dec', 'scale', 'escala'],
  sign: ['sign', 'sinal', 'signed'],
  point: ['point', 'ponto', 'ponto_decimal', 'virgula'],
} as const;
export type Heading = keyof typeof HEADINGS;

/** What stands in the columns of one line; empty if the table has no such column. */
export type CsvCells = Record<Heading, string>;

export function headings(): Heading[] {
  return Object.keys(HEADINGS).filter((key): key is Heading => Object.hasOwn(HEADINGS, key));
}
