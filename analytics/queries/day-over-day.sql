-- What changed from one night to the next, by product?
-- pt: O que mudou de uma noite para a outra, por produto?
-- param business_date night = latest; the later night
-- param earlier_date night = before business_date; the earlier night
WITH earlier AS (${portfolio at earlier_date}),
later AS (${portfolio at business_date}),
both_nights AS (
  SELECT product, contract, value, 1 AS is_before, 0 AS is_after FROM earlier
  UNION ALL
  SELECT product, contract, value, 0 AS is_before, 1 AS is_after FROM later
),
by_contract AS (
  SELECT product, contract, sum(is_before) AS is_before, sum(is_after) AS is_after
  FROM both_nights
  WHERE contract IS NOT NULL
  GROUP BY product, contract
),
moves AS (
  SELECT
    product,
    sum(CASE WHEN is_before = 0 THEN 1 ELSE 0 END) AS new_contracts,
    sum(CASE WHEN is_after = 0 THEN 1 ELSE 0 END) AS gone_contracts
  FROM by_contract
  GROUP BY product
),
totals AS (
  SELECT
    product,
    sum(is_before) AS contracts_before,
    sum(is_after) AS contracts_now,
    coalesce(sum(CASE WHEN is_before = 1 THEN value END), 0) AS value_before,
    coalesce(sum(CASE WHEN is_after = 1 THEN value END), 0) AS value_now
  FROM both_nights
  GROUP BY product
)
SELECT
  totals.product,
  totals.contracts_before,
  totals.contracts_now,
  totals.contracts_now - totals.contracts_before AS contracts_change,
  coalesce(moves.new_contracts, 0) AS new_contracts,
  coalesce(moves.gone_contracts, 0) AS gone_contracts,
  totals.value_before,
  totals.value_now,
  totals.value_now - totals.value_before AS value_change
FROM totals
LEFT JOIN moves ON moves.product IS NOT DISTINCT FROM totals.product
ORDER BY totals.product NULLS LAST
