-- How far off would the forecast of renewals have been? It is made at an earlier night, and compared with what happened.
-- pt: Qual teria sido o erro da previsão de renovações? Ela é feita em uma noite anterior e comparada com o ocorrido.
-- param business_date night = latest; the night at which what happened is known
-- param earlier_date night = business_date - 30; the night at which the forecast is made
-- param before_date night = earlier_date - 30; the rate is that of before_date to earlier_date
-- param grace whole = 30; days between the old end and the new start, at most
WITH before AS (${portfolio at before_date}),
earlier AS (${portfolio at earlier_date}),
later AS (${portfolio at business_date}),
ended AS (
  SELECT 'measured' AS part, contract, customer, product, end_date
  FROM before
  WHERE end_date > :before_date AND end_date <= :earlier_date AND state <> 'ended' AND customer IS NOT NULL
  UNION ALL
  SELECT 'forecast' AS part, contract, customer, product, end_date
  FROM earlier
  WHERE end_date > :earlier_date AND end_date <= :business_date AND state <> 'ended' AND customer IS NOT NULL
),
known AS (
  SELECT 'measured' AS part, contract, customer, product, start_date FROM earlier
  UNION ALL
  SELECT 'forecast' AS part, contract, customer, product, start_date FROM later
),
judged AS (
  SELECT
    ended.part,
    ended.contract,
    ended.product,
    max(CASE WHEN known.contract IS NULL THEN 0 ELSE 1 END) AS is_renewed
  FROM ended
  LEFT JOIN known
    ON known.part = ended.part
    AND known.customer = ended.customer
    AND known.product = ended.product
    AND known.contract <> ended.contract
    AND abs(date_diff('day', ended.end_date, known.start_date)) <= :grace
  GROUP BY ended.part, ended.contract, ended.product
),
figures AS (
  SELECT
    product,
    sum(CASE WHEN part = 'measured' THEN 1 ELSE 0 END) AS measured_on,
    sum(CASE WHEN part = 'measured' THEN is_renewed ELSE 0 END) AS measured_renewals,
    sum(CASE WHEN part = 'forecast' THEN 1 ELSE 0 END) AS ending,
    sum(CASE WHEN part = 'forecast' THEN is_renewed ELSE 0 END) AS renewed
  FROM judged
  GROUP BY product
)
SELECT
  product,
  ending,
  measured_on,
  CASE
    WHEN measured_on > 0 THEN CAST(ending AS double) * CAST(measured_renewals AS double) / CAST(measured_on AS double)
  END AS expected_renewals,
  renewed,
  CASE
    WHEN measured_on > 0
      THEN CAST(ending AS double) * CAST(measured_renewals AS double) / CAST(measured_on AS double) - CAST(renewed AS double)
  END AS error
FROM figures
WHERE ending > 0
ORDER BY product NULLS LAST
