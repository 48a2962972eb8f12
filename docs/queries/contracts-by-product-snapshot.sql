-- How many contracts are there, and for how much, by product, as last published at or before the business date?
-- Form: every night is a full snapshot, so the latest night at or before the date is the whole portfolio.
WITH latest AS (
  SELECT max(concat(year, '-', month, '-', day)) AS published_date
  FROM contracts
  WHERE year <= substr('${business_date}', 1, 4)
    AND concat(year, '-', month, '-', day) <= '${business_date}'
),
night AS (
  SELECT
    published_date,
    substr(published_date, 1, 4) AS year,
    substr(published_date, 6, 2) AS month,
    substr(published_date, 9, 2) AS day
  FROM latest
)
SELECT
  night.published_date,
  contracts.tipo_produto,
  count(*) AS contract_count,
  sum(contracts.valor_contrato) AS total_value
FROM contracts
JOIN night
  ON contracts.year = night.year AND contracts.month = night.month AND contracts.day = night.day
WHERE contracts.year <= substr('${business_date}', 1, 4)
GROUP BY night.published_date, contracts.tipo_produto
ORDER BY total_value DESC NULLS LAST, contracts.tipo_produto NULLS LAST
