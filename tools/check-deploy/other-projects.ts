import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT } from '../bundle/bundle-functions.ts';
import type { OtherProject } from './package-stage.ts';
import type { Findings, Template } from './template.ts';

/** Projects of other banks: what is packaged must not depend on the layouts and settings that are here. The name is that of the stage. */
export async function otherProjects(): Promise<Record<string, OtherProject>> {
  const everything = await readFile(join(PROJECT, 'resources', 'stages', 'everything.yml'), 'utf8');
  const watching = (layouts: string) =>
    everything
      .replace(/^watchedLayouts: .*$/m, `watchedLayouts: ${layouts}`)
      .replace(/^expectedFiles: .*$/m, 'expectedFiles: sales_{yyyyMMdd}_001.txt')
      .replace('/export/contratos', '/export/sales');
  const twenty = Array.from({ length: 20 }, (_, index) => `loan_accounts_of_branch_${index + 1}`);
  return {
    'other-layouts': project('other-layouts', watching('card_sales'), ['card_sales']),
    'twenty-layouts': project('twenty-layouts', watching(twenty.slice(0, 2).join()), twenty),
    governed: {
      without: [],
      files: {
        'resources/stages/governed.yml': `${withoutDirectory(everything)}\naccessControl: lake-formation\n`,
      },
    },
  };
}

/** Lake Formation decides for roles, and not for those whom an identity pool or QuickSight lets in. */
function withoutDirectory(everything: string): string {
  return everything.replace(/^ {2}federation:\n(?: {4}.*\n)+/m, '').replace(/^ {2}quicksight:.*\n/m, '');
}

function project(stage: string, settings: string, layouts: readonly string[]): OtherProject {
  return {
    without: ['layouts'],
    files: {
      [`resources/stages/${stage}.yml`]: settings,
      ...Object.fromEntries(
        // Every other file is called as its layout is, with `_`.
        layouts.map((name, index) => [
          `layouts/${index % 2 === 0 ? name : name.replaceAll('_', '-')}.json`,
          layoutOf(name),
        ]),
      ),
    },
  };
}

/** A layout with a table of child rows, so that it makes two datasets. */
function layoutOf(name: string): string {
  return JSON.stringify({
    name,
    encoding: 'iso-8859-1',
    record: { format: 'lines', length: 60 },
    files: [`*${name}-*.txt`],
    partitionBy: ['branch'],
    fields: [
      { name: 'account', start: 1, end: 10, type: 'string', required: true },
      { name: 'holder', start: 11, end: 30, type: 'string', personal: true },
      { name: 'branch', start: 31, end: 34, type: 'string' },
      { name: 'balance', start: 35, end: 44, type: 'decimal(10,2)', point: 'implied' },
      {
        ...{ name: 'payments', start: 45, end: 52 },
        occurs: {
          count: 2,
          as: 'rows',
          dataset: `${name}_payments`,
          keys: ['account', 'branch'],
          partitionBy: ['branch'],
        },
        fields: [{ name: 'paid', start: 45, end: 52, type: 'decimal(8,2)', point: 'implied' }],
      },
    ],
  });
}

/** Words of the layouts that are here, which nothing of another bank's project may name. */
const OUR_WORDS = ['contracts', 'contratos', 'cotahist', 'cpf_cnpj', 'nome_cliente'];

/** Resources that name a layout or a field of this project. */
export function ourWordsIn({ Resources }: Pick<Template, 'Resources'>): Findings {
  const all = Object.entries(Resources);
  const problems = all.flatMap(([where, resource]) => {
    const text = JSON.stringify(resource).toLowerCase();
    const words = OUR_WORDS.filter((word) => text.includes(word) || where.toLowerCase().includes(word));
    return words.length === 0
      ? []
      : [{ where, what: `names ${words.join(', ')}, which no layout of this project has` }];
  });
  return { looked: all.length, problems };
}
