-- Which share of open contracts, and of their value, is in arrears by its status? Not the central bank's figure.
-- pt: Que parcela dos contratos abertos, e de seu valor, está em atraso pelo status? Não é o índice do Banco Central.
-- param business_date night = latest; the night
WITH portfolio AS (${portfolio at business_date})
SELECT
  product,
  count(*) AS contracts,
  sum(CASE WHEN state = 'arrears' THEN 1 ELSE 0 END) AS in_arrears,
  coalesce(sum(value), 0) AS total_value,
  coalesce(sum(CASE WHEN state = 'arrears' THEN value END), 0) AS value_in_arrears,
  CAST(sum(CASE WHEN state = 'arrears' THEN 1 ELSE 0 END) AS double) / CAST(count(*) AS double) AS share_of_contracts,
  CASE
    WHEN sum(value) > 0
      THEN CAST(coalesce(sum(CASE WHEN state = 'arrears' THEN value END), 0) AS double) / CAST(sum(value) AS double)
  END AS share_of_value
FROM portfolio
WHERE state <> 'ended'
GROUP BY product
ORDER BY product NULLS LAST
