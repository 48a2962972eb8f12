-- How many contracts end in the next 30 days, and for how much, by product? The business date is today; both it and
-- the 30th day after it count. Every status counts: add a condition to WHERE to see, say, only those that are ATIVO.
-- Form: every night holds only what is new, so all nights up to the date are read.
--       If every night is a full snapshot, this counts a contract once a night: use ending-soon-snapshot.sql.
SELECT
  tipo_produto,
  count(*) AS contract_count,
  sum(valor_contrato) AS total_value,
  min(data_fim) AS first_end,
  max(data_fim) AS last_end
FROM contracts
WHERE year <= substr('${business_date}', 1, 4)
  AND concat(year, '-', month, '-', day) <= '${business_date}'
  AND data_fim >= CAST('${business_date}' AS date)
  AND data_fim <= CAST(CAST('${business_date}' AS date) + INTERVAL '30' DAY AS date)
GROUP BY tipo_produto
ORDER BY total_value DESC NULLS LAST, tipo_produto NULLS LAST
