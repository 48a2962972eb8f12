-- Which share of the contracts that ran out between two nights did the customer renew with the same product?
-- pt: Que parcela dos contratos vencidos entre duas noites o cliente renovou com o mesmo produto?
-- param business_date night = latest; the later night
-- param earlier_date night = business_date - 30; the earlier night
-- param grace whole = 30; days between the old end and the new start, at most
WITH earlier AS (${portfolio at earlier_date}),
later AS (${portfolio at business_date}),
ended AS (
  SELECT contract, customer, product, value, end_date
  FROM earlier
  WHERE end_date > :earlier_date AND end_date <= :business_date AND state <> 'ended' AND customer IS NOT NULL
),
judged AS (
  SELECT
    ended.contract,
    ended.product,
    max(ended.value) AS value,
    max(CASE WHEN later.contract IS NULL THEN 0 ELSE 1 END) AS is_renewed
  FROM ended
  LEFT JOIN later
    ON later.customer = ended.customer
    AND later.product = ended.product
    AND later.contract <> ended.contract
    AND abs(date_diff('day', ended.end_date, later.start_date)) <= :grace
  GROUP BY ended.contract, ended.product
)
SELECT
  product,
  count(*) AS ended,
  sum(is_renewed) AS renewed,
  coalesce(sum(value), 0) AS ended_value,
  coalesce(sum(CASE WHEN is_renewed = 1 THEN value END), 0) AS renewed_value,
  CAST(sum(is_renewed) AS double) / CAST(count(*) AS double) AS renewal_rate
FROM judged
GROUP BY product
ORDER BY product NULLS LAST
