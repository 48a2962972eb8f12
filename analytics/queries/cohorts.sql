-- Of the customers whose first contract began in a month, how many are there, and how many have an open contract?
-- pt: Dos clientes cujo primeiro contrato começou em um mês, quantos há, e quantos têm contrato aberto?
-- param business_date night = latest; the night
WITH portfolio AS (${portfolio at business_date}),
customers AS (
  SELECT
    customer,
    date_trunc('month', min(start_date)) AS cohort,
    max(CASE WHEN state <> 'ended' THEN 1 ELSE 0 END) AS is_open,
    max(CASE WHEN state = 'arrears' THEN 1 ELSE 0 END) AS is_in_arrears,
    coalesce(sum(CASE WHEN state <> 'ended' THEN value END), 0) AS open_value
  FROM portfolio
  WHERE customer IS NOT NULL AND start_date IS NOT NULL
  GROUP BY customer
)
SELECT
  CAST(cohort AS date) AS cohort,
  count(*) AS customers,
  sum(is_open) AS with_open_contract,
  sum(is_in_arrears) AS in_arrears,
  sum(open_value) AS open_value,
  CAST(sum(is_open) AS double) / CAST(count(*) AS double) AS open_share
FROM customers
GROUP BY cohort
ORDER BY cohort
