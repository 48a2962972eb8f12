-- Where are the limits of bins that hold the same number of contracts?
-- pt: Quais são os limites de faixas com o mesmo número de contratos?
-- param business_date night = latest; the night
-- param bins whole = 10; how many bins
WITH portfolio AS (${portfolio at business_date}),
binned AS (
  SELECT value, ntile(:bins) OVER (ORDER BY value, contract) AS bin
  FROM portfolio
  WHERE state <> 'ended' AND value IS NOT NULL
)
SELECT
  bin,
  count(*) AS contracts,
  min(value) AS least,
  max(value) AS greatest,
  sum(value) AS total_value
FROM binned
GROUP BY bin
ORDER BY bin
