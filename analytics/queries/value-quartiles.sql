-- What are the quartiles of the value of a contract, by product?
-- pt: Quais são os quartis do valor do contrato, por produto?
-- param business_date night = latest; the night
WITH portfolio AS (${portfolio at business_date}),
ranked AS (
  SELECT
    product,
    value,
    row_number() OVER (PARTITION BY product ORDER BY value) AS place,
    count(*) OVER (PARTITION BY product) AS contracts
  FROM portfolio
  WHERE state <> 'ended' AND value IS NOT NULL
)
SELECT
  product,
  max(contracts) AS contracts,
  min(value) AS least,
  max(CASE WHEN 4 * place >= contracts AND 4 * (place - 1) < contracts THEN value END) AS quartile_1,
  max(CASE WHEN 2 * place >= contracts AND 2 * (place - 1) < contracts THEN value END) AS median,
  max(CASE WHEN 4 * place >= 3 * contracts AND 4 * (place - 1) < 3 * contracts THEN value END) AS quartile_3,
  max(value) AS greatest
FROM ranked
GROUP BY product
ORDER BY product NULLS LAST
