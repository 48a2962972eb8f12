-- How do contracts spread over bins of the same width of value?
-- pt: Como os contratos se distribuem em faixas de valor de mesma largura?
-- param business_date night = latest; the night
-- param width whole = 10000; the width of a bin, in whole units of the currency
WITH portfolio AS (${portfolio at business_date}),
cents AS (
  SELECT value, CAST(value * 100 AS bigint) AS cents, CAST(:width AS bigint) * 100 AS width
  FROM portfolio
  WHERE state <> 'ended' AND value IS NOT NULL
),
binned AS (
  SELECT value, CAST(CAST(cents - mod(mod(cents, width) + width, width) AS double) / 100 AS bigint) AS from_value
  FROM cents
)
SELECT
  from_value,
  from_value + :width AS to_value,
  count(*) AS contracts,
  sum(value) AS total_value
FROM binned
GROUP BY from_value
ORDER BY from_value
