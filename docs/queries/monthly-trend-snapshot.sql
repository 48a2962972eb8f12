-- How do the number of contracts and their volume develop by month, over twelve months to the business date?
-- Form: every night is a full snapshot, so a month is its last published night; the business date's own month
--       is the last one at or before that date.
WITH last_nights AS (
  SELECT year, month, max(day) AS day
  FROM contracts
  WHERE year >= substr(CAST(CAST(CAST('${business_date}' AS date) - INTERVAL '11' MONTH AS date) AS varchar), 1, 4)
    AND year <= substr('${business_date}', 1, 4)
    AND concat(year, '-', month)
      >= substr(CAST(CAST(CAST('${business_date}' AS date) - INTERVAL '11' MONTH AS date) AS varchar), 1, 7)
    AND concat(year, '-', month, '-', day) <= '${business_date}'
  GROUP BY year, month
)
SELECT
  contracts.year,
  contracts.month,
  contracts.day AS last_day,
  count(*) AS contract_count,
  sum(contracts.valor_contrato) AS total_value
FROM contracts
JOIN last_nights
  ON contracts.year = last_nights.year
  AND contracts.month = last_nights.month
  AND contracts.day = last_nights.day
WHERE contracts.year >= substr(CAST(CAST(CAST('${business_date}' AS date) - INTERVAL '11' MONTH AS date) AS varchar), 1, 4)
  AND contracts.year <= substr('${business_date}', 1, 4)
GROUP BY contracts.year, contracts.month, contracts.day
ORDER BY contracts.year, contracts.month
