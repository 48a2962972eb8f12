-- Which share of the customers of a product did not have it any more, between two nights? And which left the bank?
-- pt: Que parcela dos clientes de um produto deixou de tê-lo entre duas noites? E quem saiu do banco?
-- param business_date night = latest; the later night
-- param earlier_date night = business_date - 30; the earlier night
WITH earlier AS (${portfolio at earlier_date}),
later AS (${portfolio at business_date}),
before AS (
  SELECT DISTINCT customer, product FROM earlier WHERE customer IS NOT NULL AND product IS NOT NULL AND state <> 'ended'
),
after AS (
  SELECT DISTINCT customer, product FROM later WHERE customer IS NOT NULL AND product IS NOT NULL AND state <> 'ended'
),
staying AS (SELECT DISTINCT customer FROM after)
SELECT
  before.product,
  count(*) AS customers_before,
  sum(CASE WHEN after.customer IS NULL THEN 1 ELSE 0 END) AS lost,
  sum(CASE WHEN staying.customer IS NULL THEN 1 ELSE 0 END) AS left_the_bank,
  CAST(sum(CASE WHEN after.customer IS NULL THEN 1 ELSE 0 END) AS double) / CAST(count(*) AS double) AS churn
FROM before
LEFT JOIN after ON after.customer = before.customer AND after.product = before.product
LEFT JOIN staying ON staying.customer = before.customer
GROUP BY before.product
ORDER BY before.product
