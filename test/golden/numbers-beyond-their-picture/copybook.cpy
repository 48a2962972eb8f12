       01  HEAD.
           05  KIND          PIC X.
           05  BATCH         PIC S9(4) COMP.
           05  FILLER        PIC X(11).
       01  DETAIL.
           05  KIND          PIC X.
           05  HALF          PIC S9(4) COMP.
           05  NATIVE        PIC S9(4) COMP-5.
           05  SMALLINT      PIC S9(4) COMP.
           05  PACKED-EVEN   PIC S9(4) COMP-3.
           05  TENTHS        PIC S9(3)V9 COMP.
           05  BARE          PIC 9(3) COMP-6.
