-- How are contracts, customers and value spread over the products?
-- pt: Como contratos, clientes e volume se distribuem pelos produtos?
-- param business_date night = latest; the night
WITH portfolio AS (${portfolio at business_date}),
everybody AS (SELECT sum(value) AS total_value FROM portfolio WHERE state <> 'ended')
SELECT
  portfolio.product,
  count(*) AS contracts,
  count(DISTINCT portfolio.customer) AS customers,
  coalesce(sum(portfolio.value), 0) AS total_value,
  CASE
    WHEN max(everybody.total_value) > 0
      THEN CAST(coalesce(sum(portfolio.value), 0) AS double) / CAST(max(everybody.total_value) AS double)
  END AS share_of_value
FROM portfolio
CROSS JOIN everybody
WHERE portfolio.state <> 'ended'
GROUP BY portfolio.product
ORDER BY total_value DESC, portfolio.product NULLS LAST
