import { DuckDBInstance } from '@duckdb/node-api';
import type { Asking } from '../engines/engine.ts';

/** What analysts ask of a night of contracts, with values that are in it: those of the row in the middle. */
export async function questionsOf(parquet: string): Promise<Asking[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const source = `read_parquet('${parquet.replaceAll("'", "''")}', hive_partitioning = true)`;
  const columns = 'id_contrato, cpf_cnpj, tipo_produto, data_fim::VARCHAR';
  const [row] = (
    await connection.runAndReadAll(
      `SELECT ${columns} FROM ${source} WHERE data_fim IS NOT NULL LIMIT 1
       OFFSET (SELECT count(*) // 2 FROM ${source} WHERE data_fim IS NOT NULL)`,
    )
  ).getRowsJson();
  connection.closeSync();
  const [contract, customer, product, end] = row!.map((value) => `'${String(value)}'`);
  return [
    {
      name: 'one contract',
      sql: `SELECT id_contrato, nome_cliente, valor_contrato, data_fim FROM {table} WHERE id_contrato = ${contract}`,
    },
    {
      name: 'contracts of one customer',
      sql: `SELECT id_contrato, nome_cliente, valor_contrato FROM {table} WHERE cpf_cnpj = ${customer} ORDER BY id_contrato`,
    },
    {
      name: 'number and sum by product',
      sql: 'SELECT tipo_produto, count(*), sum(valor_contrato) FROM {table} GROUP BY tipo_produto ORDER BY tipo_produto NULLS LAST',
    },
    {
      name: 'number and sum by status, one product',
      sql: `SELECT status, count(*), sum(valor_contrato) FROM {table} WHERE tipo_produto = ${product} GROUP BY status ORDER BY status NULLS LAST`,
    },
    {
      name: 'ending on one day',
      sql: `SELECT count(*), sum(valor_contrato), min(id_contrato) FROM {table} WHERE data_fim = DATE ${end}`,
    },
    {
      name: 'all columns',
      sql: `SELECT max(id_contrato), max(cpf_cnpj), max(cpf_cnpj_clean), max(nome_cliente), sum(valor_contrato),
        min(data_inicio), max(data_fim), max(status) FROM {table}`,
    },
  ];
}
