      * Sales by item and store: DTAR020, 27 bytes, EBCDIC (cp037)
           05  DTAR020-KEYCODE-NO      PIC X(08).
           05  DTAR020-STORE-NO        PIC S9(03)     COMP-3.
           05  DTAR020-DATE            PIC S9(07)     COMP-3.
           05  DTAR020-DEPT-NO         PIC S9(03)     COMP-3.
           05  DTAR020-QTY-SOLD        PIC S9(09)     COMP-3.
           05  DTAR020-SALE-PRICE      PIC S9(09)V99  COMP-3.
