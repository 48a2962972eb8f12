-- What is a customer of each product worth over the time that it stays, with these assumptions?
-- pt: Quanto vale um cliente de cada produto durante o tempo em que fica, com estas premissas?
-- param business_date night = latest; the night
-- param margin_percent number = 1.5; margin a month, as a percentage of the value
-- param churn_percent number = 2; customers lost a month, in percent; the query churn measures it
-- param discount_percent number = 1; interest a month, in percent
WITH portfolio AS (${portfolio at business_date}),
customers AS (
  SELECT product, customer, sum(value) AS total_value
  FROM portfolio
  WHERE customer IS NOT NULL AND state <> 'ended' AND value IS NOT NULL
  GROUP BY product, customer
)
SELECT
  product,
  count(*) AS customers,
  avg(CAST(total_value AS double)) AS mean_value,
  avg(CAST(total_value AS double)) * :margin_percent / 100 AS margin_a_month,
  avg(CAST(total_value AS double)) * :margin_percent / 100 * (1 + :discount_percent / 100)
    / (:discount_percent / 100 + :churn_percent / 100) AS ltv
FROM customers
GROUP BY product
ORDER BY product NULLS LAST
