       01  HEADER-RECORD.
           03  REC-TYPE   PIC XX.
           03  FILE-DATE  PIC 9(8).
       01  DETAIL-RECORD.
           03  REC-TYPE   PIC XX.
           03  AMOUNT     PIC S9(7)V99 COMP-3.
       77  COUNTER        PIC S9(8) COMP.
