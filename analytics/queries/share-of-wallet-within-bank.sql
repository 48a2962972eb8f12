-- Which part of what its customers have with this bank is in each product? Within the bank: nobody sees other banks here.
-- pt: Que parte do que seus clientes têm neste banco está em cada produto? Dentro do banco: outros bancos não aparecem aqui.
-- param business_date night = latest; the night
WITH portfolio AS (${portfolio at business_date}),
wallets AS (
  SELECT customer, sum(value) AS total_value
  FROM portfolio
  WHERE customer IS NOT NULL AND state <> 'ended' AND value IS NOT NULL
  GROUP BY customer
  HAVING sum(value) > 0
),
held AS (
  SELECT customer, product, sum(value) AS product_value
  FROM portfolio
  WHERE customer IS NOT NULL AND state <> 'ended' AND value IS NOT NULL
  GROUP BY customer, product
)
SELECT
  held.product,
  count(*) AS customers,
  sum(held.product_value) AS product_value,
  sum(wallets.total_value) AS wallet_value,
  CAST(sum(held.product_value) AS double) / CAST(sum(wallets.total_value) AS double) AS share_of_value,
  avg(CAST(held.product_value AS double) / CAST(wallets.total_value AS double)) AS mean_share
FROM held
JOIN wallets ON wallets.customer = held.customer
GROUP BY held.product
ORDER BY held.product NULLS LAST
