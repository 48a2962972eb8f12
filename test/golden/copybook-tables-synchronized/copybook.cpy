      * SYNCHRONIZED: slack before the item, and behind each occurrence
       01  POLICY.
           05  POLICY-TYPE       PIC X.
           05  COVER OCCURS 2 TIMES ASCENDING KEY IS COVER-CODE
                     INDEXED BY COVER-IX.
               10  COVER-CODE    PIC X(3).
               10  COVER-SUM     PIC S9(9) COMP SYNC.
               10  RATES OCCURS 2 TIMES.
                   15  RATE      PIC S9V99 COMP-3.
                   15  RATE-FLAG PIC X.
           05  HALF              PIC S9(4) COMP SYNCHRONIZED RIGHT.
           05  LONG-ONE          PIC S9(18) COMP SYNC.
           05  TAIL-COUNT        PIC 9.
           05  TAIL OCCURS 0 TO 3 TIMES DEPENDING ON TAIL-COUNT
                                 PIC X(2).
