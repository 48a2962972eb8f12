       01  FORMS.
           05  B1            PIC S9(4)  COMP.
           05  B2            PIC 9(5)   COMPUTATIONAL.
           05  B3            PIC S9(9)  BINARY.
           05  B4            PIC S9(10) COMP-4.
           05  B5            PIC 9(18)  COMPUTATIONAL-5.
           05  F1            COMP-1.
           05  F2            USAGE IS COMPUTATIONAL-2.
           05  P1            PIC S9(1)  COMP-3.
           05  P2            PIC S9(2)  PACKED-DECIMAL.
           05  P3            PIC 9(5)V99 COMP-3.
           05  P4            PIC S9(9)V9(6) COMPUTATIONAL-3.
           05  P5            PIC 9(5)   COMP-6.
           05  P6            PIC 9(4)   COMP-6.
           05  AMOUNTS       USAGE COMP-3.
               10  A1        PIC S9(7)V99.
               10  A2        PIC S9(7).
           05  SIGNED-ONES   SIGN LEADING SEPARATE.
               10  S1        PIC S9(5).
               10  S2        PIC S9(5) TRAILING.
           05  N1            PIC N(10).
           05  N2            PIC N(2) USAGE NATIONAL.
           05  T1            PIC A(3)X(2)9.
           05  T2            PIC XXBXX.
