import { literalBytes } from '../../shared/layout/code-page.ts';

/**
 * An EBCDIC file as a stranger gets it: fixed records of 64 bytes without terminator, accounts and their movements, with packed amounts.
 *
 *     account    A agency(4) account(8) holder(30) opened(8) limit(6, packed) status(1) filler
 *     movement   M agency(4) account(8) date(8) history(20) amount(6, packed) document(10) filler
 */
export function ebcdicFile(accounts: number, seed = 1): Uint8Array {
  const random = seededNumbers(seed);
  const records: Uint8Array[] = [];
  for (let index = 0; index < accounts; index++) {
    const agency = String(1 + (index % 37)).padStart(4, '0');
    const account = String(10_000_000 + index * 7).slice(-8);
    const year = 1998 + Math.floor(random() * 27);
    const opened = `${year}${two(1 + random() * 12)}${two(1 + random() * 28)}`;
    const holder = `${FIRST[Math.floor(random() * FIRST.length)]} ${LAST[Math.floor(random() * LAST.length)]}`;
    const limit = packed(Math.floor(random() * 5_000_000), 6);
    const status = random() < 0.9 ? 'A' : 'B';
    records.push(record([`A${agency}${account}`, holder.padEnd(30), opened, limit, status]));
    for (let count = Math.floor(random() * 4); count > 0; count--) {
      const cents = Math.floor((random() - 0.4) * 800_000);
      const history = KINDS[Math.floor(random() * KINDS.length)] ?? '';
      const document = String(Math.floor(random() * 1e9)).padStart(10, '0');
      const date = `202508${two(1 + random() * 12)}`;
      records.push(record([`M${agency}${account}`, date, history.padEnd(20), packed(cents, 6), document]));
    }
  }
  return new Uint8Array(Buffer.concat(records));
}

const RECORD_BYTES = 64;
const BLANK = 0x40;
const FIRST = ['ANA', 'BRUNO', 'CARLA', 'DIEGO', 'ELISA', 'FABIO', 'GILDA', 'HUGO', 'IARA', 'JORGE'];
const LAST = ['ALMEIDA', 'BARBOSA', 'CARDOSO', 'DUARTE', 'ESTEVES', 'FERREIRA', 'GOMES', 'LACERDA'];
const KINDS = ['PIX RECEBIDO', 'PIX ENVIADO', 'TED', 'BOLETO', 'SAQUE', 'TARIFA', 'COMPRA CARTAO'];

function record(parts: (string | Uint8Array)[]): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES).fill(BLANK);
  let at = 0;
  for (const part of parts) {
    const piece =
      typeof part === 'string' ? (literalBytes(part, 'cp037') ?? new Uint8Array(part.length)) : part;
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** 12345 in 6 bytes → 00 00 00 12 34 5C */
function packed(value: number, byteCount: number): Uint8Array {
  const digits = String(Math.abs(value)).padStart(byteCount * 2 - 1, '0') + (value < 0 ? 'D' : 'C');
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

function two(number: number): string {
  return String(Math.floor(number)).padStart(2, '0');
}

/** Park and Miller's generator: the same numbers for the same seed. */
function seededNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
