-- How many contracts and how much value did each night hold?
-- pt: Quantos contratos e que volume cada noite trouxe?
-- param business_date night = latest; the last night
-- param first_date date = business_date - 89; the first date
WITH nights AS (${nights from first_date to business_date})
SELECT
  night,
  count(*) AS contracts,
  count(DISTINCT customer) AS customers,
  sum(value) AS total_value
FROM nights
GROUP BY night
ORDER BY night
