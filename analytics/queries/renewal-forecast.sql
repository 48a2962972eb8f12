-- How many of the contracts that run out soon will be renewed, if customers go on as between two nights?
-- pt: Quantos dos contratos a vencer serão renovados, se os clientes seguirem como entre duas noites?
-- param business_date night = latest; the night from which it looks ahead
-- param earlier_date night = business_date - 30; the rate is that of earlier_date to business_date
-- param days whole = 30; how far it looks ahead
-- param grace whole = 30; days between the old end and the new start, at most
WITH earlier AS (${portfolio at earlier_date}),
later AS (${portfolio at business_date}),
${include renewed},
rates AS (
  SELECT product, count(*) AS measured_on, CAST(sum(is_renewed) AS double) / CAST(count(*) AS double) AS renewal_rate
  FROM judged
  GROUP BY product
),
coming AS (
  SELECT product, count(*) AS ending, coalesce(sum(value), 0) AS ending_value
  FROM later
  WHERE date_diff('day', :business_date, end_date) BETWEEN 1 AND :days AND state <> 'ended' AND customer IS NOT NULL
  GROUP BY product
)
SELECT
  coming.product,
  coming.ending,
  coming.ending_value,
  coalesce(rates.measured_on, 0) AS measured_on,
  rates.renewal_rate,
  CAST(coming.ending AS double) * rates.renewal_rate AS expected_renewals,
  CAST(coming.ending_value AS double) * rates.renewal_rate AS expected_value
FROM coming
LEFT JOIN rates ON rates.product = coming.product
ORDER BY coming.product NULLS LAST
