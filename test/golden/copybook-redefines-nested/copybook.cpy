       01  CUSTOMER.
           05  CUST-TYPE         PIC X.
           05  PERSON.
               10  CPF           PIC 9(11).
               10  BIRTH-DATE    PIC 9(8).
               10  BIRTH-PARTS REDEFINES BIRTH-DATE.
                   15  BIRTH-YEAR  PIC 9(4).
                   15  BIRTH-MONTH PIC 99.
                   15  BIRTH-DAY   PIC 99.
           05  COMPANY REDEFINES PERSON.
               10  CNPJ          PIC X(14).
               10  FILLER        PIC X(5).
           05  RAW-BYTES REDEFINES PERSON PIC X(25).
           05  LAST-ONE          PIC X.
       66  BIRTH RENAMES BIRTH-YEAR THRU BIRTH-DAY.
