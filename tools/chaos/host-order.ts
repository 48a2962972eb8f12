/** Deeds of one host in a lake that all hosts share. */
export interface HostOrder {
  name: string;
  lakeDir: string;
  rawDir: string;
  deeds: HostDeed[];
}

/** Every host converts the same files; some clean as well. */
export type HostDeed =
  | { do: 'clean' }
  | {
      do: 'convert';
      layout: string;
      sourceKey: string;
      force?: boolean;
      supplementOf?: string;
      businessDate?: string;
    };
