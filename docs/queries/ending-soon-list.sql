-- Which contracts end in the next 30 days? The contracts that ending-soon.sql counts, by number: no CPF, CNPJ or name.
-- Form: every night holds only what is new, so all nights up to the date are read.
--       If every night is a full snapshot, this lists a contract once a night: use ending-soon-list-snapshot.sql.
SELECT
  id_contrato,
  tipo_produto,
  data_fim,
  date_diff('day', CAST('${business_date}' AS date), data_fim) AS days_left,
  valor_contrato,
  status
FROM contracts
WHERE year <= substr('${business_date}', 1, 4)
  AND concat(year, '-', month, '-', day) <= '${business_date}'
  AND data_fim >= CAST('${business_date}' AS date)
  AND data_fim <= CAST(CAST('${business_date}' AS date) + INTERVAL '30' DAY AS date)
ORDER BY data_fim, id_contrato
