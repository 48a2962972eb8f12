       01  HEADER-RECORD.
           05  REC-TYPE          PIC X.
           05  FILE-DATE         PIC 9(8).
           05  FILLER            PIC X(31).
       01  POLICY-RECORD.
           05  REC-TYPE          PIC X.
           05  POLICY-ID         PIC X(6).
           05  HOLDER            PIC X(8) JUSTIFIED RIGHT.
           05  START-DATE        PIC 9(8).
           05  START-PARTS REDEFINES START-DATE.
               10  START-YEAR    PIC 9(4).
               10  FILLER        PIC X(4).
           05  INSTALMENT OCCURS 2 TIMES.
               10  AMOUNT        PIC S9(4)V99.
               10  PAID          PIC X.
               88  IS-PAID       VALUE 'S'.
           05  BALANCE           PIC S9(2) SIGN LEADING SEPARATE.
       01  TRAILER-RECORD.
           05  REC-TYPE          PIC X.
           05  TOTAL-FIRST       PIC S9(8)V99.
           05  FILLER            PIC X(29).
