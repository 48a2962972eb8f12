/** Text: yyyy-MM-dd of a date, unscaled digits of a number with its scale, else as it stands. Null is blank. */
export interface ControlValue {
  text: string | null;
  scale?: number;
  /** Why it did not decode. */
  invalid?: string;
}
