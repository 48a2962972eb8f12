/** Whoever bundles code puts its version here: that of the package, `+`, and a hash of the code. */
declare const BUNDLED_CODE_VERSION: string | undefined;

/** Version of the code that runs, if it was bundled. */
export const BUNDLED_VERSION = typeof BUNDLED_CODE_VERSION === 'undefined' ? undefined : BUNDLED_CODE_VERSION;
