       01  CLIENT.
           05  KIND              PIC X.
           05  PERSON.
               10  CPF           PIC 9(11).
               10  BORN          PIC 9(4).
           05  COMPANY REDEFINES PERSON.
               10  CNPJ          PIC X(14).
               10  SIZE-CODE     PIC X.
           05  CITY              PIC X(5).
