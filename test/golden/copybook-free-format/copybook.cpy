*> free: level numbers stand in the first columns
01 order-record.
  05 order-id pic 9(9) usage is comp.
  05 order-total pic s9(7)v99
     sign is trailing separate character.
  05 discount pic s9(3)v9(4) leading.
  05 printed-total pic -z,zzz,zz9.99.  *> text, as it is printed
  05 credit pic $$$,$$9.99CR.
  05 stars pic ***9.
  05 day-text pic 99/99/9999.
  05 rate pic vp(3)99.
  05 millions pic s9(5)p(6).
  05 note pic x(20) just right.
  05 maybe pic 9(4) blank when zero.
