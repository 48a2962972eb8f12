-- Which share of the customers has each product?
-- pt: Que parcela dos clientes tem cada produto?
-- param business_date night = latest; the night
WITH portfolio AS (${portfolio at business_date}),
owned AS (
  SELECT DISTINCT customer, product
  FROM portfolio
  WHERE customer IS NOT NULL AND state <> 'ended'
),
everybody AS (SELECT count(DISTINCT customer) AS customers FROM owned)
SELECT
  owned.product,
  count(*) AS owners,
  max(everybody.customers) AS customers,
  CAST(count(*) AS double) / CAST(max(everybody.customers) AS double) AS penetration
FROM owned
CROSS JOIN everybody
GROUP BY owned.product
ORDER BY owners DESC, owned.product NULLS LAST
