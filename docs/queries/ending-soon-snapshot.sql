-- How many contracts end in the next 30 days, and for how much, by product? The business date is today; both it and
-- the 30th day after it count. Every status counts: add a condition to WHERE to see, say, only those that are ATIVO.
-- Form: every night is a full snapshot, so only the latest night at or before the date is read.
WITH latest AS (
  SELECT max(concat(year, '-', month, '-', day)) AS published_date
  FROM contracts
  WHERE year <= substr('${business_date}', 1, 4)
    AND concat(year, '-', month, '-', day) <= '${business_date}'
),
night AS (
  SELECT
    substr(published_date, 1, 4) AS year,
    substr(published_date, 6, 2) AS month,
    substr(published_date, 9, 2) AS day
  FROM latest
)
SELECT
  contracts.tipo_produto,
  count(*) AS contract_count,
  sum(contracts.valor_contrato) AS total_value,
  min(contracts.data_fim) AS first_end,
  max(contracts.data_fim) AS last_end
FROM contracts
JOIN night
  ON contracts.year = night.year AND contracts.month = night.month AND contracts.day = night.day
WHERE contracts.year <= substr('${business_date}', 1, 4)
  AND contracts.data_fim >= CAST('${business_date}' AS date)
  AND contracts.data_fim <= CAST(CAST('${business_date}' AS date) + INTERVAL '30' DAY AS date)
GROUP BY contracts.tipo_produto
ORDER BY total_value DESC NULLS LAST, contracts.tipo_produto NULLS LAST
