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
