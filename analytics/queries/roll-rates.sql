-- Where did contracts go between two nights: from which state to which?
-- pt: Para onde foram os contratos entre duas noites: de que estado para qual?
-- param business_date night = latest; the later night
-- param earlier_date night = before business_date; the earlier night
WITH earlier AS (${portfolio at earlier_date}),
later AS (${portfolio at business_date}),
moves AS (
  SELECT
    coalesce(earlier.state, 'new') AS from_state,
    coalesce(later.state, 'gone') AS to_state,
    coalesce(earlier.value, later.value, 0) AS value
  FROM earlier
  FULL OUTER JOIN later ON later.contract = earlier.contract
  WHERE coalesce(earlier.contract, later.contract) IS NOT NULL
)
SELECT
  from_state,
  to_state,
  count(*) AS contracts,
  sum(value) AS total_value,
  CAST(count(*) AS double) / CAST(sum(count(*)) OVER (PARTITION BY from_state) AS double) AS roll_rate
FROM moves
GROUP BY from_state, to_state
ORDER BY from_state, to_state
