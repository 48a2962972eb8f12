       01  SAMPLE.
           05  KIND          PIC X.
           05  N             PIC 9.
           05  PERSON.
               10  CPF       PIC 9(5).
               10  BORN      PIC 99.
           05  COMPANY REDEFINES PERSON.
               10  CNPJ      PIC X(6).
               10  FILLER    PIC X.
           05  MONTHLY OCCURS 2.
               10  AMOUNT    PIC 9(3).
               10  PART      PIC 9 OCCURS 2.
           05  CODE          PIC X(2) OCCURS 0 TO 3 DEPENDING ON N.
