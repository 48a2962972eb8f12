-- For how many published nights in a row have the contracts that are in arrears been so?
-- pt: Há quantas noites publicadas seguidas estão em atraso os contratos em atraso?
-- param business_date night = latest; the night
-- param first_date date = business_date - 120; nights before it are not looked at
WITH nights AS (${nights from first_date to business_date}),
numbered AS (
  SELECT night, row_number() OVER (ORDER BY night DESC) AS nights_back
  FROM (SELECT DISTINCT night FROM nights) AS published
),
late AS (
  SELECT
    nights.contract,
    numbered.nights_back,
    max(nights.value) AS value,
    row_number() OVER (PARTITION BY nights.contract ORDER BY numbered.nights_back) AS place
  FROM nights
  JOIN numbered ON numbered.night = nights.night
  WHERE nights.state = 'arrears' AND nights.contract IS NOT NULL
  GROUP BY nights.contract, numbered.nights_back
),
runs AS (
  SELECT
    contract,
    count(*) AS nights_in_arrears,
    max(CASE WHEN nights_back = 1 THEN value END) AS value
  FROM late
  WHERE nights_back = place
  GROUP BY contract
)
SELECT
  nights_in_arrears,
  count(*) AS contracts,
  coalesce(sum(value), 0) AS total_value
FROM runs
GROUP BY nights_in_arrears
ORDER BY nights_in_arrears
