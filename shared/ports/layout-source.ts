/** The place that layout files are read from: `layouts/` in the repository or the bundle, or any path on one machine. */
export interface LayoutSource {
  /** The text of the layout file, with the path to name in errors. Fails with `LayoutInvalid`. */
  load(name: string): Promise<{ file: string; text: string }>;
  /** The text of a copybook that the layout `file` names, by its path from there. Fails with `LayoutInvalid`. */
  loadBeside(file: string, name: string): Promise<{ file: string; text: string }>;
}

/** A source that can list its layouts, by their names in `layouts/`. */
export interface ListedLayouts extends LayoutSource {
  names(): Promise<string[]>;
}
