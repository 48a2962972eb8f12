-- Which contracts end in the next 30 days? The contracts that ending-soon-snapshot.sql counts, by number: no CPF,
-- CNPJ or name.
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
  contracts.id_contrato,
  contracts.tipo_produto,
  contracts.data_fim,
  date_diff('day', CAST('${business_date}' AS date), contracts.data_fim) AS days_left,
  contracts.valor_contrato,
  contracts.status
FROM contracts
JOIN night
  ON contracts.year = night.year AND contracts.month = night.month AND contracts.day = night.day
WHERE contracts.year <= substr('${business_date}', 1, 4)
  AND contracts.data_fim >= CAST('${business_date}' AS date)
  AND contracts.data_fim <= CAST(CAST('${business_date}' AS date) + INTERVAL '30' DAY AS date)
ORDER BY contracts.data_fim, contracts.id_contrato
