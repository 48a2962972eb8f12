/** Keeps bytes under names for a time. Who asks must be able to do without it: it may forget, fail and be slow. */
export interface ResultCache {
  /** For people. */
  readonly name: string;
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, bytes: Uint8Array, forMs: number): Promise<void>;
}

/** Lets one of many do a thing that all of them want. */
export interface Claims {
  /** True for the first who asks, and for the same one again; nobody else has it for `forMs`, or until it is released. */
  claim(key: string, forMs: number): Promise<boolean>;
  release(key: string): Promise<void>;
}
