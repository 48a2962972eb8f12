import { Chances } from '../chaos/fault-plan.ts';
import { type Form, isRejected, type RawRecord } from './form.ts';

/** Bytes that a sender may send under a key, and what they mean. */
export interface Content {
  id: string;
  form: Form;
  businessDate: string;
  /** Key of the file: its name. */
  key: string;
  bytes: Buffer;
  isSound: boolean;
  rows: readonly RawRecord[];
  rejects: readonly RejectedRecord[];
  /** Key of the file of which it holds corrected records. */
  corrects?: string;
}

interface RejectedRecord {
  record: RawRecord;
  /** What the sender meant. */
  meant: RawRecord;
  offset: number;
}

const PRODUCTS = ['CAP', 'CAM', '', 'XYZ'];
const NOTES = ['', 'abc', 'zz'];
const MOST_CENTS = 100_000_000;

/** Everything that senders sent to one lake: the same number of a file is the same bytes whenever it is asked for. */
export class Contents {
  private readonly seed: number;
  private readonly known = new Map<string, Content>();

  constructor(seed: number) {
    this.seed = seed;
  }

  get(id: string): Content {
    const content = this.known.get(id);
    if (!content) throw new Error(`no content ${id}`);
    return content;
  }

  /** The `version`th content of a file. */
  ofFile(form: Form, businessDate: string, name: string, version: number): Content {
    const key = form.fileName(businessDate, name);
    const id = `${key}#${version}`;
    return this.once(id, () => {
      const chances = new Chances(this.seed, id);
      const { least, most, rejectedPercent } = form.records;
      const count = least + chances.below(most - least + 1);
      const mayReject = chances.happens(0.6) ? Math.floor((count * rejectedPercent) / 100) : 0;
      const meant = Array.from({ length: count }, (_, index) => drawRecord(form, chances, `${id}/${index}`));
      const wrong = new Set(
        Array.from({ length: mayReject }, () => chances.below(count)).filter(() => chances.happens(0.6)),
      );
      const records = meant.map((record, index) => (wrong.has(index) ? { ...record, id: '' } : record));
      const isSound = !chances.happens(0.1);
      const { bytes, offsets } = form.encode(records, { businessDate, isSupplement: false, isSound });
      const rejects = records.flatMap((record, index) =>
        isRejected(record) ? [{ record, meant: meant[index]!, offset: offsets[index]! }] : [],
      );
      const rows = records.filter((record) => !isRejected(record));
      return { id, form, businessDate, key, bytes, isSound, rows, rejects };
    });
  }

  /** Corrected records of a file: those of its rejects that `takes` names, with other amounts if it is `changed`. */
  supplement(parent: Content, takes: readonly number[], changed: boolean, name: string): Content {
    const { form, businessDate } = parent;
    const key = form.fileName(businessDate, name);
    const id = `${key}#${parent.id}:${takes.join('+')}${changed ? '*' : ''}`;
    return this.once(id, () => {
      const rows = takes.map((index) => {
        const { meant } = parent.rejects[index]!;
        return changed ? { ...meant, cents: meant.cents + 1n } : meant;
      });
      const { bytes } = form.encode(rows, { businessDate, isSupplement: true, isSound: true });
      return {
        ...{ id, form, businessDate, key, bytes, isSound: true, rows, rejects: [] },
        corrects: parent.key,
      };
    });
  }

  /** The bytes of a file under the name of another. */
  copy(of: Content, name: string): Content {
    const key = of.form.fileName(of.businessDate, name);
    const id = `${key}=${of.id}`;
    return this.once(id, () => ({ ...of, id, key }));
  }

  private once(id: string, make: () => Content): Content {
    const known = this.known.get(id) ?? make();
    this.known.set(id, known);
    return known;
  }
}

function drawRecord(form: Form, chances: Chances, purpose: string): RawRecord {
  let hash = 0;
  for (const character of purpose) hash = (Math.imul(hash, 33) + character.charCodeAt(0)) | 0;
  const id = (hash >>> 0).toString(36).toUpperCase().padStart(8, 'Z').slice(-8);
  const table = chances.of(form.tables);
  const cents = BigInt(chances.below(MOST_CENTS));
  return { table, id, cents, product: chances.of(PRODUCTS), note: chances.of(NOTES) };
}
