-- Which customers have the most value? Masked, with a contract of each.
-- pt: Que clientes têm o maior volume? Mascarados, com um contrato de cada um.
-- param business_date night = latest; the night
-- param most whole = 10; how many
WITH portfolio AS (${portfolio at business_date}),
customers AS (
  SELECT
    customer,
    min(contract) AS contract,
    count(*) AS contracts,
    count(DISTINCT product) AS products,
    sum(value) AS total_value
  FROM portfolio
  WHERE customer IS NOT NULL AND state <> 'ended' AND value IS NOT NULL
  GROUP BY customer
),
everybody AS (SELECT sum(value) AS total_value FROM portfolio WHERE state <> 'ended')
SELECT
  concat('***', substr(customers.customer, greatest(length(customers.customer) - 1, 1))) AS customer,
  customers.contract,
  customers.contracts,
  customers.products,
  customers.total_value,
  CASE
    WHEN everybody.total_value > 0 THEN CAST(customers.total_value AS double) / CAST(everybody.total_value AS double)
  END AS share
FROM customers
CROSS JOIN everybody
ORDER BY customers.total_value DESC, customers.contract
LIMIT :most
