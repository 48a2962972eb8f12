import packageJson from '../package.json' with { type: 'json' };

/** Part of every run id: parts of another version are never mixed into a run. */
export const SOFTWARE_VERSION: string = packageJson.version;
