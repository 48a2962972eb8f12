-- How do the number of contracts and their volume develop by month, over twelve months to the business date?
-- Form: every night holds only what is new, so a month is the sum of its nights.
--       If every night is a full snapshot, this counts a contract once a night: use monthly-trend-snapshot.sql.
SELECT
  year,
  month,
  count(*) AS contract_count,
  sum(valor_contrato) AS total_value
FROM contracts
WHERE year >= substr(CAST(CAST(CAST('${business_date}' AS date) - INTERVAL '11' MONTH AS date) AS varchar), 1, 4)
  AND year <= substr('${business_date}', 1, 4)
  AND concat(year, '-', month)
    >= substr(CAST(CAST(CAST('${business_date}' AS date) - INTERVAL '11' MONTH AS date) AS varchar), 1, 7)
  AND concat(year, '-', month, '-', day) <= '${business_date}'
GROUP BY year, month
ORDER BY year, month
