       01  EMPLOYEE.
           05  HOME-ADDRESS.
               10  STREET        PIC X(4).
               10  PHONE.
                   15  AREA-CODE PIC 99.
                   15  NUMBER-ID PIC 9(3).
           05  WORK-ADDRESS.
               10  STREET        PIC X(4).
               10  PHONE.
                   15  AREA-CODE PIC 99.
                   15  NUMBER-ID PIC 9(3).
           05  HIRED.
               10  YEAR          PIC 9(4).
               10  MONTH         PIC 99.
           05  1ST-NAME          PIC X(4).
           05  A-B               PIC X.
           05  A_B               PIC X.
