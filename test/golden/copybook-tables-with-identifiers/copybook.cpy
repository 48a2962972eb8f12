       01  CLIENT-RECORD.
           05  CLI-CPF            PIC 9(11).
           05  COD-AGENCIA        PIC 9(04).
           05  COD-KIND           PIC X(02).
           05  QTD-ITENS          PIC 9(03).
           05  FONE               OCCURS 2 TIMES.
               10  COD-DDD        PIC 9(03).
               10  FONE-NUM       PIC 9(08).
