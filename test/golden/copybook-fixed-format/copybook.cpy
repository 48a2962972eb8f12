000100*----------------------------------------------------------------*CTR00010
000200* CONTRACT RECORD                                                 CTR00020
000300*----------------------------------------------------------------*CTR00030
000400 01  CONTRACT-RECORD.                                             CTR00040
000500     05  CONTRACT-ID             PIC X(15).                       CTR00050
000600     05  CUSTOMER-NAME           PICTURE IS X(50)                 CTR00060
000700                                 VALUE SPACES.                    CTR00070
000800D    05  DEBUG-ONLY              PIC X(10).                       CTR00080
000900     05  CONTRACT-AMO                                             CTR00090
001000-        UNT                     PIC S9(13)V99.                   CTR00100
001100     05  START-DATE              PIC 9(8).  *> yyyymmdd           CTR00110
001200/    NEXT PAGE                                                    CTR00120
001300     EJECT                                                        CTR00130
001400     05  STATUS-TEXT             PIC X(7) VALUE 'IT''S A. LITERAL CTR00140
001500-    'THAT GOES ON'.                                              CTR00150
001600         88  STATUS-OPEN         VALUE 'OPEN' "ACTIVE".           CTR00160
001700         88  STATUS-RANGE        VALUES ARE 'A' THRU 'C', 'X'.    CTR00170
001800     05  FILLER                  PIC X(3).                        CTR00180
001900     05                          PIC X(2).                        CTR00190
