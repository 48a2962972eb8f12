-- Does having a product go together with a higher relationship score?
-- pt: Ter um produto anda junto com um escore de relacionamento mais alto?
-- param business_date night = latest; the night
WITH portfolio AS (${portfolio at business_date}),
${include rfv},
owned AS (
  SELECT DISTINCT customer, product
  FROM portfolio
  WHERE customer IS NOT NULL AND product IS NOT NULL AND state <> 'ended'
),
products AS (SELECT DISTINCT product FROM owned),
pairs AS (
  SELECT
    products.product,
    rfv.relationship_score AS score,
    CASE WHEN owned.customer IS NULL THEN 0.0E0 ELSE 1.0E0 END AS owns
  FROM products
  CROSS JOIN rfv
  LEFT JOIN owned ON owned.customer = rfv.customer AND owned.product = products.product
)
SELECT
  product,
  sum(CAST(owns AS bigint)) AS owners,
  count(*) AS customers,
  CASE
    WHEN min(owns) = max(owns) OR min(score) = max(score) THEN NULL
    ELSE round(corr(owns, score), 6)
  END AS correlation
FROM pairs
GROUP BY product
ORDER BY product
